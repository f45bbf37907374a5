"""Exports: progress as CSV, check-lists as Markdown, and tracks as JSON."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any, Protocol

from django.utils.translation import ngettext

from accounts.models import User
from progress.models import ProgressEvent, Status, TopicProgress
from progress.reader_progress import ReaderProgress
from progress.transfer.checklist_parser import OPTIONAL
from stages.models import Topic, TopicResource
from stages.outline import Outline

type LinkTo = Callable[[str], str]  # from the slug of a topic to its address

# --- Progress, as a table -----------------------------------------------------------------------------

COLUMNS = ["stage", "topic", "slug", "level", "required", "status", "shown", "marked by", "changed", "link"]


def progress_rows(user: User, outline: Outline, link: LinkTo, zone: tzinfo) -> str:
    """Every topic of the roadmap and the status of ``user`` in it, as CSV.

    Topics that have left the roadmap come last, without a stage. Days are those of the time zone. Two queries.
    """
    return to_csv([COLUMNS, *rows_of(user, outline, link, zone)])


def to_csv(rows: Iterable[Iterable[str]]) -> str:
    """Rows of texts as CSV that a spreadsheet opens as it is."""
    text = io.StringIO()
    text.write("\ufeff")  # without this mark it does not take the file for UTF-8
    csv.writer(text).writerows(map(escape_formula, row) for row in rows)
    return text.getvalue()


def rows_of(user: User, outline: Outline, link: LinkTo, zone: tzinfo) -> Iterator[tuple[str, ...]]:
    reader = ReaderProgress.for_user(user)
    rows = TopicProgress.objects.filter(user=user).order_by("changed_at", "topic").with_cause()
    values = rows.values_list("topic", "topic__slug", "topic__title", "status", "cause", "changed_at")
    progress = {
        pk: (slug, title, status, "yes" if reader.is_shown(pk) else "no", marked_by(cause), iso_day(at, zone))
        for pk, slug, title, status, cause, at in values
    }
    for section in outline.sections:
        for topic in section.topics:
            *_names, status, is_shown, by, changed = progress.pop(topic.pk, ("", "", "not started", "no", "", ""))
            required = "yes" if topic.required else "no"
            where = section.title, topic.title, topic.slug
            yield *where, topic.level, required, status, is_shown, by, changed, link(topic.slug)
    for slug, title, status, is_shown, by, changed in progress.values():
        yield "", title, slug, "", "", status, is_shown, by, changed, ""


def marked_by(cause: str | None) -> str:
    return "an instructor" if cause == ProgressEvent.Cause.OVERRIDE else "me"


def iso_day(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).date().isoformat()


def escape_formula(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, which could run or send something when the file is opened.

    Some of them pass over spaces and signs that nobody sees, and read wide signs as plain ones.
    """
    visible = (sign for sign in cell if unicodedata.category(sign)[0] not in "CZ")
    first = unicodedata.normalize("NFKC", next(visible, ""))
    return f"'{cell}" if first.startswith(("=", "+", "-", "@")) or cell.startswith(("\t", "\r", "\n")) else cell


# --- Check-lists, as Markdown -------------------------------------------------------------------------


def checklist(title: str, outline: Outline, progress: ReaderProgress, link: LinkTo) -> str:
    """An outline as a GitHub-flavored check-list with one reader's ticks.

    What a box cannot say stands behind the topic, as in *(optional, learning)*,
    so that an import finds everything again; see ``checklist_parser.REMARK``.
    """
    measured = progress.measure(outline.topics)
    summary = ngettext(
        "%(done)d of %(total)d required topic done.", "%(done)d of %(total)d required topics done.", measured.total
    )
    summary %= {"done": measured.done, "total": measured.total}
    lines = [f"# {plain_text(title)}", ""]
    if measured.total:
        lines += [summary, ""]
    part = ""
    for section in outline.sections:
        if section.part != part:
            part = section.part
            lines += [f"## {plain_text(part)}", ""]
        lines += [f"{'###' if part else '##'} {plain_text(section.title)}", ""]
        for topic in section.topics:
            status = progress.status_of(topic.pk)
            box = "x" if status == Status.DONE else " "
            remarks = [OPTIONAL] * (not topic.required) + [status] * (status in (Status.LEARNING, Status.SKIPPED))
            remark = f" *({', '.join(remarks)})*" if remarks else ""
            lines.append(f"- [{box}] [{plain_text(topic.title)}]({link(topic.slug)}){remark}")
        lines.append("")
    return "\n".join(lines)


def plain_text(text: str) -> str:
    """A line of text that Markdown shows as it stands."""
    return re.sub(r"([\\`*_\[\]<>&~#|!])", r"\\\1", " ".join(text.split()))


# --- Outlines, as JSON --------------------------------------------------------------------------------


class Titled(Protocol):
    """What is said of a track before its sections."""

    @property
    def slug(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def summary(self) -> str: ...


def outline_facts(track: Titled, outline: Outline, link: LinkTo) -> dict[str, Any]:
    """A track as values that JSON can say: its sections and topics, with resources and prerequisites. Two queries."""
    pks = {topic.pk for topic in outline.topics}
    links: dict[int, list[dict[str, str]]] = {}
    prerequisites: dict[int, list[str]] = {}
    shown = TopicResource.objects.shown().filter(topic__in=Topic.objects.published()).order_by("position", "pk")
    for pk, *facts in shown.values_list("topic", "resource__title", "resource__url", "resource__kind", "why"):
        links.setdefault(pk, []).append(dict(zip(("title", "url", "kind", "why"), facts, strict=True)))
    pairs = Topic.prerequisites.through.objects.filter(to_topic__in=Topic.objects.published()).order_by("pk")
    for pk, slug in pairs.values_list("from_topic", "to_topic__slug"):
        prerequisites.setdefault(pk, []).append(slug)
    return {
        "format": "waymark-track",
        "version": 1,
        "slug": track.slug,
        "title": track.title,
        "summary": track.summary,
        "topics": len(pks),
        "sections": [
            {
                "slug": section.slug,
                "title": section.title,
                "part": section.part,
                "topics": [
                    {
                        "slug": topic.slug,
                        "title": topic.title,
                        "summary": topic.summary,
                        "level": topic.level,
                        "kind": topic.kind,
                        "required": topic.required,
                        "minutes": [topic.minutes_min, topic.minutes_max],
                        "url": link(topic.slug),
                        "prerequisites": prerequisites.get(topic.pk, []),
                        "resources": links.get(topic.pk, []),
                    }
                    for topic in section.topics
                ],
            }
            for section in outline.sections
        ],
    }
