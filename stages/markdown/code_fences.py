"""The first line of a fenced block of code: ```` ```python title="shop/models.py" ````."""

import shlex


def parse_info_string(info: str) -> tuple[str, dict[str, str]]:
    """The language and the facts after it, as ``("python", {"title": "shop/models.py"})``.

    From a line that makes no sense comes a language without facts: a page shows what its writer wrote.
    """
    try:
        language, *words = shlex.split(info) or [""]
    except ValueError:
        return info.split()[0], {}
    return language, dict(word.partition("=")[::2] for word in words)
