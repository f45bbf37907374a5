"""Compression dictionaries (RFC 9842): a long page is sent again as how it differs from what the browser has.

The dictionary is the page as a visitor gets it: there is nothing of a reader in it, and every worker makes the same.
A browser that knows dictionaries fetches it when it has nothing else to do, once a version of the content, and says
from then on which one it has. Other browsers ask for none, and get what they always got.
"""

import hashlib
import sys
from base64 import b64encode

from django.http import HttpResponseBase

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 6  # 200 kB in half a millisecond, as long as Brotli takes at its lowest
MAGIC = b"\x5e\x2a\x4d\x18\x20\x00\x00\x00"  # a frame to skip, of as many bytes as the digest has


class Dictionary:
    """A text that is at hand on both sides; ``address`` is where a browser gets it."""

    def __init__(self, text: bytes, address: str) -> None:
        self.text = text
        digest = hashlib.sha256(text).digest()
        self.version = digest.hex()[:20]
        self.address = f"{address}&v={self.version}"
        self.available = f":{b64encode(digest).decode()}:"  # as a browser says that it has it
        self._head = MAGIC + digest
        self._prepared = zstd.ZstdDict(text, is_raw=True).as_digested_dict

    def compress(self, content: bytes) -> bytes:
        """Dictionary-compressed Zstandard, as ``Content-Encoding: dcz`` has it."""
        return self._head + zstd.compress(content, LEVEL, zstd_dict=self._prepared)


def offer_dictionary(response: HttpResponseBase, dictionary: Dictionary) -> None:
    """Have a page compressed with a dictionary where the browser has it, and named where not.

    For what one reader gets. A page that a shared cache keeps would be kept once for each dictionary.
    """
    response.dictionary = dictionary  # type: ignore[attr-defined]
