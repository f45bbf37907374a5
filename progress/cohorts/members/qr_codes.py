"""QR codes as a path of SVG, so that they need no picture, no inline style and no other request."""

from collections.abc import Iterator, Sequence

from qrcode import QRCode

MARGIN = 4  # the blank modules around a code that the standard asks for


def svg_path(text: str) -> tuple[int, str]:
    """(size, path): the side of the code in modules, its margin included, and the ``d`` of one path that draws it."""
    code = QRCode(border=MARGIN)
    code.add_data(text)
    rows = code.get_matrix()
    return len(rows), "".join(run for y, row in enumerate(rows) for run in runs(row, y))


def runs(row: Sequence[bool], y: int) -> Iterator[str]:
    """A rectangle for each run of dark modules in a row."""
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield f"M{start} {y}h{x - start}v1h-{x - start}z"
            start = None
