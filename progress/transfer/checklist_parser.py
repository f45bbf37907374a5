"""Reads Markdown check-lists, and finds which topics their lines mean.

All of it is pure: a text and a catalogue of the roadmap go in, and what the list seems to say comes out. Nothing is
written before the learner has seen it and agreed; see ``progress/transfer/views.py``.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markdown_it import MarkdownIt

from progress.models import NONE, Status

MAX_BYTES = 1_000_000  # bytes
TOO_LARGE = gettext_lazy("This list is larger than 1 MB. Split it, or paste the part that has your ticks.")
MAX_ITEMS = 1_000
MAX_LABEL_LENGTH = 600  # letters of an item; what comes after them is not read
MAX_LINKS = 20  # with more brackets than this an item is read as it stands; looking for links in it would take long
CLOSE_ENOUGH = 0.72  # how alike a text and a name must be for the name to be offered, from 0 to 1
MAX_CHOICES = 6  # topics that are offered for one line


class NotAChecklist(ValueError):  # noqa: N818 - it says to a person what is wrong with their list
    """There is nothing in a list, or far too much; the message says why."""


type Slugs = tuple[str, ...]
type Words = tuple[str, ...]  # of a text, as names are compared by; see words_of_name()


# --- Reading ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One box of a check-list: the number of its line, its plain text, and the addresses that it links to."""

    line: int
    text: str
    status: str = NONE
    links: tuple[str, ...] = ()
    heading: str = ""


@dataclass
class RawItem:
    """A box as it stands in the list. Its text may go on in the lines below."""

    line: int
    ticked: bool
    markdown: str
    heading: str


def decode(data: bytes) -> str:
    """The text of an uploaded file. Raises NotAList when it is too large or not UTF-8."""
    if len(data) > MAX_BYTES:
        raise NotAChecklist(TOO_LARGE)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotAChecklist(
            _("Line %(line)d is not UTF-8 text. Save the file as UTF-8 and try again.") % {"line": line}
        ) from error


MARKER = r"(?:[-*+]|\d{1,9}[.)])"
BOX = re.compile(rf"^[\s>]*(?:{MARKER}\s+)?\[\s?([xX✓✔]?)\s?\](?![(\[:])\s*(.*)$")
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$")
FENCE = re.compile(r"^[\s>]*(```|~~~)")
CONTINUATION = re.compile(rf"^\s{{2,}}(?!{MARKER}\s)\S")  # an item that is wrapped goes on in an indented line
# What our own lists say about a topic behind its link, as in *(optional, learning)*.
REMARK = re.compile(r"\*\(([a-z, ]+)\)\*\s*$")
OPTIONAL = "optional"


def parse(text: str) -> list[Item]:
    """The boxes of a Markdown check-list, in order. Raises NotAList when it has none, or far too many."""
    boxes: list[RawItem] = []
    heading, fenced, open_line = "", False, 0
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        fence = FENCE.match(line)
        fenced ^= bool(fence)
        if fenced or fence:
            continue
        if box := BOX.match(line):
            boxes.append(RawItem(number, bool(box[1]), box[2], heading))
            open_line = number
        elif found := HEADING.match(line):
            heading = plain(found[1])[0].rstrip(" :")
        elif boxes and open_line == number - 1 and CONTINUATION.match(line):
            boxes[-1].markdown += f" {line.strip()}"
            open_line = number
    if not boxes:
        raise NotAChecklist(_("There is no box in this text. A list to import has lines such as “- [x] Models”."))
    if len(boxes) > MAX_ITEMS:
        raise NotAChecklist(_("This list has more than %(most)d boxes. Split it into several.") % {"most": MAX_ITEMS})
    return [read(box) for box in boxes]


def read(box: RawItem) -> Item:
    """One box as an Item. What is not ticked may still be remarked to be learning or skipped."""
    said: set[str] = set()
    markdown = box.markdown
    if remark := REMARK.search(markdown[:MAX_LABEL_LENGTH]):
        words = {word.strip() for word in remark[1].split(",")}
        if words <= {OPTIONAL, Status.LEARNING.value, Status.SKIPPED.value}:
            said, markdown = words, markdown[: remark.start()]
    told = next((status for status in (Status.LEARNING, Status.SKIPPED) if status in said), NONE)
    text, links = plain(markdown)
    return Item(box.line, text.rstrip(" :"), Status.DONE if box.ticked else told, links, box.heading)


INLINE = MarkdownIt("commonmark", {"html": True}).enable("strikethrough")


def plain(markdown: str) -> tuple[str, tuple[str, ...]]:
    """Inline Markdown as (its text without any marks, the addresses that it links to)."""
    markdown = markdown[:MAX_LABEL_LENGTH]
    if re.sub(r"\\.", "", markdown).count("[") > MAX_LINKS:
        return " ".join(markdown.split()), ()
    [inline] = INLINE.parseInline(markdown)
    parts = inline.children or []
    links = [str(part.attrs["href"]) for part in parts if part.type == "link_open"]
    text = "".join(
        part.content if part.type in ("text", "code_inline", "image") else " "
        for part in parts
        if part.type in ("text", "code_inline", "image", "softbreak", "hardbreak")
    )
    bare = re.findall(r"https?://\S+", text)
    return " ".join(re.sub(r"https?://\S+", " ", text).split()) or " ".join(bare), (*links, *bare)


# --- Matching -----------------------------------------------------------------------------------------

# Words between names that say nothing of their own.
STOP_WORDS = {
    *("a", "also", "an", "and", "as", "but", "etc", "for", "in", "of", "on", "optional", "or", "other"),
    *("the", "to", "useful", "using", "with"),
}
# What comes after one of these are examples: ticking the line does not claim each of them.
EXAMPLES = [("e", "g"), ("eg",), ("such", "as"), ("like",), ("for", "example"), ("for", "instance")]


def name_words(text: str) -> Words:
    """A text as the words that names are compared by: case, marks and apostrophes make no difference."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    return tuple(re.findall(r"[^\W_]+[+#]*", re.sub(r"['’`´]", "", text)))


@dataclass(frozen=True)
class Match:
    """The slugs of the topics that a line means for certain, and of those that it may mean."""

    sure: Slugs = ()
    maybe: Slugs = ()


@dataclass(frozen=True)
class TopicMatcher:
    """What a line can mean. It is made for one import, and knows the document that most of its lines are from.

    ``titles`` maps the slugs of all published topics, in learning order, to their titles; ``labels`` are
    (document, label, slug) for whatever the documents call a topic; ``heirs`` maps the slugs of replaced topics
    to those that took over; ``host`` is ours, for links without and with it.
    """

    titles: dict[str, str]
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    heirs: dict[str, list[str]] = field(default_factory=dict)
    host: str = ""

    @cached_property
    def by_title(self) -> dict[Words, list[str]]:
        """The slugs of the topics that have a title."""
        found: dict[Words, list[str]] = {}
        for slug, title in self.titles.items():
            found.setdefault(name_words(title), []).append(slug)
        return found

    @cached_property
    def by_label(self) -> dict[Words, dict[str, list[str]]]:
        """The slugs that each document means by a label."""
        found: dict[Words, dict[str, list[str]]] = {}
        for document, label, slug in self.labels:
            if slug in self.titles and name_words(label):
                found.setdefault(name_words(label), {}).setdefault(document, []).append(slug)
        return found

    @cached_property
    def longest(self) -> int:
        return max(map(len, (*self.by_title, *self.by_label)), default=0)

    def matches(self, items: Sequence[Item]) -> Iterator[Match]:
        """A Match for each of ``items``."""
        document = self.document_of(items)
        known: dict[tuple[str, tuple[str, ...]], Match] = {}  # a list may say the same twice
        for item in items:
            key = item.text, item.links
            if key not in known:
                known[key] = self.match(item, document)
            yield known[key]

    def document_of(self, items: Iterable[Item]) -> str | None:
        """The document that more of the lines are from than from any other, or None. What it says comes first."""
        counted = Counter(
            document for item in items for document in self.by_label.get(name_words(item.text.partition("(")[0]), {})
        )
        best = counted.most_common(2)
        return best[0][0] if best and (len(best) == 1 or best[0][1] > best[1][1]) else None

    def match(self, item: Item, document: str | None = None) -> Match:
        if linked := self.linked(item.links):
            return Match(linked)
        words = name_words(item.text)
        titled = self.by_title.get(words, [])
        if len(titled) == 1:
            return Match(tuple(titled))
        sure, maybe, covered = self.named(words, document)
        if covered and sure:
            return Match(sure, maybe)
        return Match((), unique(*titled, *sure, *maybe, *self.close(words))[:MAX_CHOICES])

    def linked(self, links: Iterable[str]) -> Slugs:
        """The topics that are linked to, as pages of this site."""
        found: list[str] = []
        for link in links:
            try:
                address = urlsplit(link)
            except ValueError:
                continue
            slug = re.search(r"/topics/([-\w]+)/?$", address.path)
            if slug and address.netloc.lower() in ("", self.host):
                found += [slug[1]] if slug[1] in self.titles else self.heirs.get(slug[1], [])
        return unique(*found)

    def named(self, words: Words, document: str | None) -> tuple[Slugs, Slugs, bool]:
        """The topics whose names make up a line, as (for certain, maybe, whether nothing else is in the line)."""
        sure: list[str] = []
        maybe: list[str] = []
        covered, place = True, 0
        examples = min((at for sign in EXAMPLES if (at := heading_path(sign, words)) is not None), default=len(words))
        while place < len(words):
            for name in self.names_at(words, place, document):
                if meant := self.meaning(name, document):
                    clear, unclear = meant if place < examples else ([], [*meant[0], *meant[1]])
                    sure += clear
                    maybe += unclear
                    place += len(name)
                    break
            else:
                sign = next((sign for sign in EXAMPLES if words[place : place + len(sign)] == sign), None)
                covered &= bool(sign) or words[place] in STOP_WORDS
                place += len(sign or " ")
        return unique(*sure), tuple(slug for slug in unique(*maybe) if slug not in sure), covered

    def names_at(self, words: Words, place: int, document: str | None) -> list[Words]:
        """What may be a name in ``words`` from ``place`` on: those of the document first, the longest first."""
        lengths = range(min(self.longest, len(words) - place), 0, -1)
        names = [words[place : place + length] for length in lengths]
        return sorted(names, key=lambda name: document not in self.by_label.get(name, {}))

    def meaning(self, name: Words, document: str | None) -> tuple[list[str], list[str]] | None:
        """What a name means, as (topics for certain, topics maybe), or None for no name.

        The document that the list is from says it; else a title; else all documents together, for certain only
        where they agree.
        """
        said = self.by_label.get(name, {})
        if document in said:
            return said[document], []
        if name in self.by_title:
            slugs = self.by_title[name]
            return (slugs, []) if len(slugs) == 1 else ([], slugs)
        if not said:
            return None
        agreed = [slug for slug in unique(*next(iter(said.values()))) if all(slug in own for own in said.values())]
        return agreed, [slug for own in said.values() for slug in own if slug not in agreed]

    @cached_property
    def letters(self) -> dict[str, list[str]]:
        """The names that have three letters, so that only names that look alike are compared."""
        found: dict[str, list[str]] = {}
        for name in {" ".join(words) for words in (*self.by_title, *self.by_label)}:
            for three in trigrams(name):
                found.setdefault(three, []).append(name)
        return found

    def close(self, words: Words) -> Slugs:
        """The topics whose names are spelled most like this, the closest first."""
        text = " ".join(words)[:120]
        shared = Counter(name for three in trigrams(text) for name in self.letters.get(three, ()))
        alike = []
        for name, _count in shared.most_common(20):
            matcher = SequenceMatcher(None, text, name, autojunk=False)
            if matcher.quick_ratio() > CLOSE_ENOUGH and (ratio := matcher.ratio()) > CLOSE_ENOUGH:
                alike.append((ratio, name))
        found: list[str] = []
        for _ratio, name in sorted(alike, reverse=True):
            key = tuple(name.split())
            found += self.by_title.get(key, [])
            found += [slug for own in self.by_label.get(key, {}).values() for slug in own]
        return unique(*found)[:MAX_CHOICES]


def trigrams(text: str) -> set[str]:
    padded = f"  {text} "
    return {padded[place : place + 3] for place in range(len(padded) - 2)}


def heading_path(sign: Words, words: Words) -> int | None:
    """Where ``sign`` begins in ``words``, or None."""
    return next((place for place in range(len(words)) if words[place : place + len(sign)] == sign), None)


def unique(*slugs: str) -> Slugs:
    return tuple(dict.fromkeys(slugs))
