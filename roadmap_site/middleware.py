import re
import secrets
from collections.abc import Callable
from functools import lru_cache

import brotli
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from stages.dictionaries import Dictionary
from stages.visitor_pages import VisitorPage


def accepts(request: HttpRequest, coding: str) -> bool:
    pattern = rf"\b{coding}\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))"
    return re.search(pattern, request.headers.get("Accept-Encoding", "")) is not None


def replace_content(response: HttpResponse, coding: str, content: bytes) -> None:
    """Send this in the place of what it is the compressed form of."""
    response.content = content
    response.headers["Content-Encoding"] = coding
    response.headers["Content-Length"] = str(len(content))
    if "public" not in response.headers.get("Cache-Control", ""):
        # As Django does for gzip: a length that varies tells an eavesdropper less about what is inside.
        response.headers["X-Padding"] = secrets.token_hex(secrets.randbelow(50))


class DictionaryMiddleware:
    """Compresses a page with the dictionary that its view offers, or tells the browser where that is.

    A browser says which dictionary it has, by the digest, so of another one or none nothing comes of it.
    """

    MIN_LENGTH = 2_000  # bytes

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        dictionary: Dictionary | None = getattr(response, "dictionary", None)
        if not dictionary or not isinstance(response, HttpResponse) or len(response.content) < self.MIN_LENGTH:
            return response
        patch_vary_headers(response, ["Accept-Encoding", "Available-Dictionary"])
        if accepts(request, "dcz") and request.headers.get("Available-Dictionary") == dictionary.available:
            replace_content(response, "dcz", dictionary.compress(response.content))
        else:
            response.headers["Link"] = f'<{dictionary.address}>; rel="compression-dictionary"'
        return response


class BrotliMiddleware:
    """Compresses pages with Brotli for browsers that take it; Django's GZipMiddleware serves the others.

    A roadmap page of 190 kB becomes 21 kB in a tenth of the time that gzip needs: at its lowest setting Brotli is
    made for answers that are compressed once and read once.
    """

    MIN_LENGTH = 500  # bytes

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            not isinstance(response, HttpResponse)
            or len(response.content) < self.MIN_LENGTH
            or response.has_header("Content-Encoding")
        ):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if accepts(request, "br"):
            page: VisitorPage | None = getattr(response, "visitor_page", None)
            if page and page.text == response.content:
                replace_content(response, "br", page.compressed)
            else:
                for_everyone = "public" in response.headers.get("Cache-Control", "")
                replace_content(response, "br", (compress_once if for_everyone else compress)(response.content))
            if response.headers.get("ETag", "").startswith('"'):
                # It names these bytes no longer, only what they say.
                response.headers["ETag"] = f"W/{response.headers['ETag']}"
        return response


class PrivateByDefaultMiddleware:
    """What does not say who may keep it is for whoever asked, and for nobody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private"
        return response


def compress(content: bytes, quality: int = 1) -> bytes:
    compressed: bytes = brotli.compress(content, quality=quality)
    return compressed


@lru_cache(maxsize=32)
def compress_once(content: bytes) -> bytes:
    """What is sent to many is worth more time."""
    return compress(content, quality=6)
