"""Parser of Markdown check-lists, and matcher of their lines with topics.

All of it is pure: a text and a TopicMatcher go in, and a Match for each line comes out. Nothing is
written before the learner has seen it and agreed; see ``progress/transfer/views.py``.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from itertools import chain
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markdown_it import MarkdownIt

from progress.models import NONE, Status

# A list takes half a second at most, whatever is in it.
MAX_BYTES = 300_000
TOO_LARGE = gettext_lazy("This list is larger than 300 kB. Split it, or paste the part that has your ticks.")
MAX_ITEMS = 1_000
MAX_LETTERS = 60_000  # of all items together
MAX_LABEL_LENGTH = 600  # letters of an item; what comes after them is not read
MAX_LINKS = 20  # with more brackets than this an item is read as it stands; looking for links in it would take long
CLOSE_ENOUGH = 0.72  # how alike a text and a name must be for the name to be offered, from 0 to 1
MAX_CHOICES = 6  # topics that are offered for one line


class NotAChecklist(ValueError):  # noqa: N818 - it says to a person what is wrong with their list
    """There is nothing in a list, or far too much; the message says why."""


type Slugs = tuple[str, ...]
type Words = tuple[str, ...]  # of a text, as names are compared by; see name_words()


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
    """A box and the heading above it as they stand in the list. Its text may go on in the lines below."""

    line: int
    ticked: bool
    markdown: str
    heading: str


def decode(data: bytes) -> str:
    """The text of an uploaded file. Raises NotAChecklist when it is too large or not UTF-8."""
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
    """The boxes of a Markdown check-list, in order. Raises NotAChecklist when it has none, or far too many."""
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
        elif match := HEADING.match(line):
            heading = match[1]
        elif boxes and open_line == number - 1 and CONTINUATION.match(line):
            if len(boxes[-1].markdown) < MAX_LABEL_LENGTH:
                boxes[-1].markdown += f" {line.strip()}"
            open_line = number
    if not boxes:
        raise NotAChecklist(_("There is no box in this text. A list to import has lines such as “- [x] Models”."))
    if len(boxes) > MAX_ITEMS:
        raise NotAChecklist(_("This list has more than %(most)d boxes. Split it into several.") % {"most": MAX_ITEMS})
    if sum(min(len(text), MAX_LABEL_LENGTH) for box in boxes for text in (box.markdown, box.heading)) > MAX_LETTERS:
        raise NotAChecklist(_("There is more text beside the boxes than can be read at once. Split this list."))
    headings = {heading: to_plain_text(heading)[0].rstrip(" :") for heading in {box.heading for box in boxes}}
    return [to_item(box, headings[box.heading]) for box in boxes]


def to_item(box: RawItem, heading: str) -> Item:
    """One box as an Item. What is not ticked may still be remarked to be learning or skipped."""
    remarks: set[str] = set()
    markdown = box.markdown
    if remark := REMARK.search(markdown[:MAX_LABEL_LENGTH]):
        words = {word.strip() for word in remark[1].split(",")}
        if words <= {OPTIONAL, Status.LEARNING.value, Status.SKIPPED.value}:
            remarks, markdown = words, markdown[: remark.start()]
    remarked = next((status for status in (Status.LEARNING, Status.SKIPPED) if status in remarks), NONE)
    text, links = to_plain_text(markdown)
    return Item(box.line, text.rstrip(" :"), Status.DONE if box.ticked else remarked, links, heading)


INLINE = MarkdownIt("commonmark", {"html": True}).enable("strikethrough")


def to_plain_text(markdown: str) -> tuple[str, tuple[str, ...]]:
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

    certain: Slugs = ()
    possible: Slugs = ()


@dataclass(frozen=True)
class TopicMatcher:
    """What a line can mean. It is made for one import, and knows the document that most of its lines are from.

    ``titles`` maps the slugs of all published topics, in learning order, to their titles; ``labels`` are
    (document, label, slug) for whatever the documents call a topic; ``replacements`` maps the slugs of
    replaced topics to those that took over; ``host`` is ours, for links without and with it.
    """

    titles: dict[str, str]
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    replacements: dict[str, list[str]] = field(default_factory=dict)
    host: str = ""

    @cached_property
    def by_title(self) -> dict[Words, list[str]]:
        """The slugs of the topics that have a title."""
        slugs: dict[Words, list[str]] = {}
        for slug, title in self.titles.items():
            slugs.setdefault(name_words(title), []).append(slug)
        return slugs

    @cached_property
    def by_label(self) -> dict[Words, dict[str, list[str]]]:
        """The slugs that each document means by a label."""
        slugs: dict[Words, dict[str, list[str]]] = {}
        for document, label, slug in self.labels:
            if slug in self.titles and name_words(label):
                slugs.setdefault(name_words(label), {}).setdefault(document, []).append(slug)
        return slugs

    @cached_property
    def longest(self) -> int:
        """The number of words of the longest name."""
        return max(map(len, (*self.by_title, *self.by_label)), default=0)

    def matches(self, items: Sequence[Item]) -> Iterator[Match]:
        """A Match for each of ``items``."""
        document = self.main_document(items)
        matches: dict[tuple[str, tuple[str, ...]], Match] = {}  # a list may say the same twice
        for item in items:
            key = item.text, item.links
            if key not in matches:
                matches[key] = self.match(item, document)
            yield matches[key]

    def main_document(self, items: Iterable[Item]) -> str | None:
        """The document that more of the lines are from than from any other, or None. What it says comes first."""
        lines = Counter(
            document for item in items for document in self.by_label.get(name_words(item.text.partition("(")[0]), {})
        )
        best = lines.most_common(2)
        return best[0][0] if best and (len(best) == 1 or best[0][1] > best[1][1]) else None

    def match(self, item: Item, document: str | None = None) -> Match:
        if linked := self.linked_topics(item.links):
            return Match(linked)
        words = name_words(item.text)
        titled = self.by_title.get(words, [])
        if len(titled) == 1:
            return Match(tuple(titled))
        certain, possible, covered = self.named_topics(words, document)
        if covered and certain:
            return Match(certain, possible)
        return Match((), unique(*titled, *certain, *possible, *self.similar_topics(words))[:MAX_CHOICES])

    def linked_topics(self, links: Iterable[str]) -> Slugs:
        """The topics that are linked to, as pages of this site."""
        slugs: list[str] = []
        for link in links:
            try:
                address = urlsplit(link)
            except ValueError:
                continue
            page = re.search(r"/topics/([-\w]+)/?$", address.path)
            if page and address.netloc.lower() in ("", self.host):
                slugs += [page[1]] if page[1] in self.titles else self.replacements.get(page[1], [])
        return unique(*slugs)

    def named_topics(self, words: Words, document: str | None) -> tuple[Slugs, Slugs, bool]:
        """The topics whose names make up a line, as (for certain, maybe, whether nothing else is in the line)."""
        certain: list[str] = []
        possible: list[str] = []
        covered, index = True, 0
        starts = (start for phrase in EXAMPLES if (start := find_phrase(phrase, words)) is not None)
        examples = min(starts, default=len(words))
        while index < len(words):
            for name in self.candidate_names(words, index, document):
                if meanings := self.look_up(name, document):
                    clear, unclear = meanings if index < examples else ([], [*meanings[0], *meanings[1]])
                    certain += clear
                    possible += unclear
                    index += len(name)
                    break
            else:
                phrase = next((phrase for phrase in EXAMPLES if words[index : index + len(phrase)] == phrase), None)
                covered &= bool(phrase) or words[index] in STOP_WORDS
                index += len(phrase or " ")
        return unique(*certain), tuple(slug for slug in unique(*possible) if slug not in certain), covered

    def candidate_names(self, words: Words, start: int, document: str | None) -> list[Words]:
        """What may be a name in ``words`` from ``start`` on: those of the document first, the longest first."""
        lengths = range(min(self.longest, len(words) - start), 0, -1)
        names = [words[start : start + length] for length in lengths]
        return sorted(names, key=lambda name: document not in self.by_label.get(name, {}))

    def look_up(self, name: Words, document: str | None) -> tuple[list[str], list[str]] | None:
        """What a name means, as (topics for certain, topics maybe), or None for no name.

        The document that the list is from says it; else a title; else all documents together, for certain only
        where they agree.
        """
        slugs_by_document = self.by_label.get(name, {})
        if document in slugs_by_document:
            return slugs_by_document[document], []
        if name in self.by_title:
            slugs = self.by_title[name]
            return (slugs, []) if len(slugs) == 1 else ([], slugs)
        if not slugs_by_document:
            return None
        first, *others = slugs_by_document.values()
        agreed = [slug for slug in unique(*first) if all(slug in slugs for slugs in others)]
        return agreed, [slug for slugs in (first, *others) for slug in slugs if slug not in agreed]

    @cached_property
    def names_by_trigram(self) -> dict[str, list[str]]:
        """The names that have three letters in a row, so that only names that look alike are compared."""
        names: dict[str, list[str]] = {}
        for name in {" ".join(words) for words in (*self.by_title, *self.by_label)}:
            for trigram in trigrams(name):
                names.setdefault(trigram, []).append(name)
        return names

    def similar_topics(self, words: Words) -> Slugs:
        """The topics whose names are spelled most like this, the closest first."""
        text = " ".join(words)[:120]
        shared = Counter(name for trigram in trigrams(text) for name in self.names_by_trigram.get(trigram, ()))
        similar = []
        matcher = SequenceMatcher(None, b=text, autojunk=False)
        for name, _count in shared.most_common(20):
            matcher.set_seq1(name)
            quick = matcher.real_quick_ratio, matcher.quick_ratio
            if all(bound() > CLOSE_ENOUGH for bound in quick) and (ratio := matcher.ratio()) > CLOSE_ENOUGH:
                similar.append((ratio, name))
        slugs: list[str] = []
        for _ratio, name in sorted(similar, reverse=True):
            key = tuple(name.split())
            slugs += self.by_title.get(key, [])
            slugs += chain.from_iterable(self.by_label.get(key, {}).values())
        return unique(*slugs)[:MAX_CHOICES]


def trigrams(text: str) -> set[str]:
    padded = f"  {text} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def find_phrase(phrase: Words, words: Words) -> int | None:
    """Where ``phrase`` begins in ``words``, or None."""
    return next((start for start in range(len(words)) if words[start : start + len(phrase)] == phrase), None)


def unique(*slugs: str) -> Slugs:
    return tuple(dict.fromkeys(slugs))
