"""Composing a track: its sections, and the topics in them, in order.

Every change says what is wanted ("this topic in that section, after that one"), so saying it twice changes nothing.
It is made while the row of the track is locked: of two authors at once the second finds what the first has done.
Whatever a change takes for granted and is no longer so is an InvalidEditError, and nothing has been changed then.
"""

from collections.abc import Sequence

from django.db.models import Prefetch
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stages.editing.ordering import insert_after, renumber
from stages.models import Topic, Track, TrackSection, TrackTopic
from stages.outline import Outline

MAX_SECTIONS = 60
MAX_TOPICS = 600  # in all sections together; a topic in two counts twice


class InvalidEditError(Exception):
    """A change that cannot be made; the message says to a person why."""


def new_key() -> str:
    """What makes a slug unlike all others. It is drawn with the form, so that a form sent twice makes one thing."""
    return get_random_string(8, "bcdfghjkmnpqrstvwxz23456789")


def slug_of(title: str, key: str) -> str:
    return f"{slugify(title)[:60]}-{key}".strip("-")


class TrackEditor:
    """The sections of a track with the topics in them, read in two queries; ``lock`` it to change it.

    ``sections`` are TrackSections in order, and the ``rows`` of each are its TrackTopics in order.
    """

    def __init__(self, track: Track, *, lock: bool = False) -> None:
        self.track = Track.objects.select_for_update().get(pk=track.pk) if lock else track
        topic = Prefetch("topic", Topic.objects.only("slug", "title", "level"))
        track_topics = TrackTopic.objects.order_by("position", "pk").prefetch_related(topic)
        rows = Prefetch("places", track_topics, to_attr="rows")
        self.sections = list(self.track.sections.prefetch_related(rows))  # type: ignore[no-redef] # TrackSection says of what

    @property
    def topic_count(self) -> int:
        return sum(len(section.rows) for section in self.sections)

    # --- Finding ---

    def section(self, slug: str) -> TrackSection:
        for section in self.sections:
            if section.slug == slug:
                return section
        raise InvalidEditError(_("That section is not in the track any more. This is the track as it is now."))

    def row(self, section: TrackSection, slug: str) -> TrackTopic:
        for row in section.rows:
            if row.topic.slug == slug:
                return row
        raise InvalidEditError(
            _("That topic is not in “%(section)s” any more. This is the track as it is now.") % {"section": section}
        )

    def has_topic(self, section: TrackSection, slug: str) -> bool:
        return any(row.topic.slug == slug for row in section.rows)

    # --- Sections ---

    def add_section(self, title: str, slug: str) -> TrackSection:
        """A section at the end; ``slug`` tells that the same form is sent twice."""
        title = " ".join(title.split())
        if any(section.slug == slug for section in self.sections):
            return self.section(slug)
        if not title:
            raise InvalidEditError(_("A section needs a title."))
        if (max_length := TrackSection._meta.get_field("title").max_length) and len(title) > max_length:
            raise InvalidEditError(_("That title is too long for a section."))
        if len(self.sections) >= MAX_SECTIONS:
            raise InvalidEditError(_("A track has at most %(number)d sections.") % {"number": MAX_SECTIONS})
        new_section = self.track.sections.create(slug=slug, title=title)
        new_section.rows = []
        self.sections.append(new_section)
        self._renumber(self.sections)
        return new_section

    def rename_section(self, slug: str, title: str) -> TrackSection:
        section = self.section(slug)
        section.title = title
        section.save(update_fields=["title"])
        return section

    def remove_section(self, slug: str) -> None:
        """Take a section away with the topics in it; said twice it changes nothing."""
        self.track.sections.filter(slug=slug).delete()

    def move_section(self, slug: str, after: str) -> TrackSection:
        """Put a section after another, or first where ``after`` is empty."""
        section, predecessor = self.section(slug), self.section(after) if after else None
        if section != predecessor:
            self.sections = insert_after(self.sections, section, predecessor)
            self._renumber(self.sections)
        return section

    # --- Topics ---

    def add_topic(self, topic: Topic, slug: str, *, required: bool = True) -> TrackSection:
        """A topic at the end of a section. Where it is already, it stays."""
        section = self.section(slug)
        if self.has_topic(section, topic.slug):
            return section
        if self.topic_count >= MAX_TOPICS:
            raise InvalidEditError(_("A track has room for %(number)d topics.") % {"number": MAX_TOPICS})
        section.rows.append(section.places.create(topic=topic, required=required))
        self._renumber(section.rows)
        return section

    def remove_topic(self, slug: str, topic: str) -> TrackSection:
        """Take a topic out of a section; said twice it changes nothing."""
        section = self.section(slug)
        removed = [row for row in section.rows if row.topic.slug == topic]
        for row in removed:
            row.delete()
        section.rows = [row for row in section.rows if row not in removed]
        return section

    def set_required(self, slug: str, topic: str, required: bool) -> TrackSection:
        section = self.section(slug)
        row = self.row(section, topic)
        if row.required != required:
            row.required = required
            row.save(update_fields=["required"])
        return section

    def move_topic(self, slug: str, topic: str, to: str, after: str | None) -> TrackSection:
        """Put a topic of a section into a section, perhaps the same, after another topic, or first without one."""
        section, target = self.section(slug), self.section(to)
        predecessor = self.row(target, after) if after else None
        if section == target:
            row = self.row(section, topic)
        elif not self.has_topic(section, topic) and self.has_topic(target, topic):
            row = self.row(target, topic)  # sent twice: it has moved already
        elif self.has_topic(target, topic):
            raise InvalidEditError(_("“%(section)s” has that topic already.") % {"section": target})
        else:
            row = self.row(section, topic)
            section.rows.remove(row)
            row.section = target
            row.save(update_fields=["section"])
        if row != predecessor:
            target.rows = insert_after(target.rows, row, predecessor)
            self._renumber(target.rows)
        return target

    def _renumber[T: (TrackSection, TrackTopic)](self, items: Sequence[T]) -> None:
        """Write the order of sections, or of the topics of one: 0, 1, 2 and so on, whatever the numbers were."""
        renumber(items, range(len(items)))


def copy_outline_into(track: Track, outline: Outline) -> None:
    """Give a new track the sections and topics of an outline. Two queries.

    Raises InvalidEditError where it is too long.
    """
    if len(outline.sections) > MAX_SECTIONS or len(outline.topics) > MAX_TOPICS:
        raise InvalidEditError(
            _("It is too long for a copy: a track has at most %(sections)d sections and %(topics)d topics.")
            % {"sections": MAX_SECTIONS, "topics": MAX_TOPICS}
        )
    sections = TrackSection.objects.bulk_create(
        TrackSection(track=track, slug=section.slug, title=section.title, part=section.part, position=position)
        for position, section in enumerate(outline.sections)
    )
    TrackTopic.objects.bulk_create(
        TrackTopic(section=new_section, topic_id=topic.pk, required=topic.required, position=position)
        for new_section, section in zip(sections, outline.sections, strict=True)
        for position, topic in enumerate(section.topics)
    )
