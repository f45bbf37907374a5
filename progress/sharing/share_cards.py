"""The share card, the Open Graph image of a learner's page: values in, a PNG out.

The font is the one that comes with Pillow. It has the letters of English and little more, so nothing here is
translated, and a name that it cannot draw is left out: better no name than a row of boxes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from math import cos, sin

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
MARGIN = 80
SUPERSAMPLING = 2  # shapes have no smooth edges of their own: they are drawn larger, and the picture is reduced

# Those of static/css/tokens.css, in daylight.
PAPER, RAISED, CONTOUR, LINE = "#f8f4ea", "#fffdf7", "#e9e0c9", "#8b8672"
INK, SOFT, ACCENT = "#23271f", "#565a4c", "#b03a12"

type Point = tuple[float, float]  # across and down


@dataclass(frozen=True)
class ShareCard:
    """What is on a card. Equal values make the same picture.

    ``percentage`` is None where nothing is said about progress; ``stages`` are pairs of a level and whether the
    stage is complete. ``site`` and ``subject`` are what the site calls itself, and what it is about.
    """

    name: str = ""
    percentage: int | None = None
    done: int = 0
    total: int = 0
    stages: tuple[tuple[str, bool], ...] = ()
    site: str = ""
    subject: str = ""


@lru_cache(maxsize=64)
def draw_card(card: ShareCard) -> bytes:
    """A card as a PNG of 1200 by 630. The latest ones are cached under what is on them."""
    picture = Image.new("RGB", (WIDTH * SUPERSAMPLING, HEIGHT * SUPERSAMPLING), PAPER)
    pen = ImageDraw.Draw(picture)
    draw_contours(pen)
    draw_logo(pen, MARGIN, 64, 62)
    draw_trail(pen, card)
    picture = picture.reduce(SUPERSAMPLING)
    write_text(ImageDraw.Draw(picture), card)
    # Paper, ink and one accent: 64 colors are enough, and make the file half as large.
    file = BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


# --- Words ----------------------------------------------------------------------------------------


def write_text(pen: ImageDraw.ImageDraw, card: ShareCard) -> None:
    pen.text((MARGIN + 82, 95), drawable(card.site), INK, font(44), anchor="lm")
    way = f"way to {card.subject}" if drawable(card.subject) else "way"
    name = drawable(card.name)
    if card.percentage is None:
        pen.text((MARGIN, 250), name and truncate(name, 84), INK, font(84), anchor="ls")
        size = 48 if name else 76
        pen.text((MARGIN, 330), truncate(f"On the {way}", size), SOFT if name else INK, font(size), anchor="ls")
        return
    if name:
        pen.text((MARGIN, 222), truncate(name, 60), INK, font(60), anchor="ls")
    number, baseline = str(card.percentage), 400 if name else 350
    pen.text((MARGIN - 8, baseline), number, ACCENT, font(170), anchor="ls")
    sign = MARGIN + font(170).getlength(number) + 14
    pen.text((sign, baseline), "%", ACCENT, font(110), anchor="ls")
    text_x = sign + font(110).getlength("%") + 40
    of_the_way = truncate(f"of the {way}", 44, WIDTH - MARGIN - text_x)
    pen.text((text_x, baseline - 62), of_the_way, INK, font(44), anchor="ls")
    pen.text((text_x, baseline - 4), f"{card.done} of {card.total} topics done", SOFT, font(34), anchor="ls")


@lru_cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def truncate(text: str, size: int, max_width: float = WIDTH - 2 * MARGIN) -> str:
    """``text``, cut with an ellipsis where it would run off the card."""
    if font(size).getlength(text) <= max_width:
        return text
    while font(size).getlength(text + "…") > max_width:
        text = text[:-1]
    return text.rstrip() + "…"


def drawable(text: str) -> str:
    """``text``, or nothing where the font lacks some of its letters."""
    return text if can_draw(text) else ""


def can_draw(text: str) -> bool:
    """Whether the font has every letter of ``text``."""
    return all(has_glyph(letter) for letter in set(text))


@lru_cache(maxsize=2048)
def has_glyph(letter: str) -> bool:
    # Pillow does not say which letters a font has, but those that it has not all look the same.
    return letter.isprintable() and glyph_bitmap(letter) != glyph_bitmap("\U0010ffff")


def glyph_bitmap(letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font(40).getmask(letter)
    return mask.size, bytes(mask)


# --- Shapes ---------------------------------------------------------------------------------------


def line(pen: ImageDraw.ImageDraw, points: Iterable[Point], color: str, width: int) -> None:
    pen.line([(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in points], color, width * SUPERSAMPLING, joint="curve")


def draw_contours(pen: ImageDraw.ImageDraw) -> None:
    """The lines of a hill in the corner, as on the roadmap."""
    for ring in range(1, 9):
        radius, wobble, turns = 52 * ring, min(22, 9 * ring), [step / 40 for step in range(252)]
        hill = [
            (
                1010 + (1.25 * radius + wobble * sin(3 * turn + ring / 3)) * cos(turn),
                130 + (0.82 * radius + 0.7 * wobble * cos(2 * turn + ring / 2)) * sin(turn),
            )
            for turn in turns
        ]
        line(pen, hill, CONTOUR, 2)


def draw_logo(pen: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    """The logo of the site: a path with a circle, a square and a diamond. Drawn on a grid of 24."""
    unit = size / 24

    def at(*points: Point) -> list[Point]:
        return [(x + unit * across, y + unit * down) for across, down in points]

    curves = [((4, 20), (9, 19), (7, 13), (12, 12)), ((12, 12), (17, 11), (15, 5), (20, 4))]
    for curve in curves:
        line(pen, at(*bezier(curve)), INK, 4)
    for (across, down), level in zip(
        [(4, 20), (12, 12), (20, 4)], ["beginner", "intermediate", "advanced"], strict=True
    ):
        [(middle, height)] = at((across, down))
        draw_mark(pen, middle, height, 2.6 * unit, level, ACCENT, ACCENT)


def bezier(curve: Sequence[Point], steps: int = 9) -> Iterator[Point]:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve
    for step in range(steps + 1):
        t = step / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def draw_mark(pen: ImageDraw.ImageDraw, x: float, y: float, size: float, level: str, fill: str, edge: str) -> None:
    """A trail sign, told by its shape: a circle for beginners, a diamond for the advanced, else a square."""
    x, y, size, width = x * SUPERSAMPLING, y * SUPERSAMPLING, size * SUPERSAMPLING, 3 * SUPERSAMPLING
    if level == "advanced":
        corners = [(x, y - 1.3 * size), (x + 1.3 * size, y), (x, y + 1.3 * size), (x - 1.3 * size, y)]
        pen.polygon(corners, fill, edge, width)
    elif level == "intermediate":
        pen.rectangle((x - size, y - size, x + size, y + size), fill, edge, width)
    else:
        pen.ellipse((x - size, y - size, x + size, y + size), fill, edge, width)


def draw_trail(pen: ImageDraw.ImageDraw, card: ShareCard) -> None:
    """The path along the foot of the card, walked as far as the learner is, with a sign for each stage."""
    length = WIDTH - 2 * MARGIN

    def path(start: float, end: float) -> list[Point]:
        """The points from ``start`` to ``end``, in hundredths of the way."""
        steps = max(2, round(end - start))
        parts = [(start + (end - start) * step / steps) / 100 for step in range(steps + 1)]
        return [(MARGIN + length * part, height_at(part)) for part in parts]

    for dash in range(65):
        line(pen, path(dash * 1.55, dash * 1.55 + 0.8), LINE, 3)
    if card.percentage:
        line(pen, path(0, card.percentage), ACCENT, 8)
    for number, (level, complete) in enumerate(card.stages, start=1):
        part = (number - 0.5) / len(card.stages)
        fill, edge = (ACCENT, ACCENT) if complete else (RAISED, INK)
        draw_mark(pen, MARGIN + part * length, height_at(part), 12, level, fill, edge)


def height_at(part: float) -> float:
    """How far down the path is, ``part`` of the way along."""
    return 535 - 26 * sin(9.5 * part) - 34 * (part - 0.5)
