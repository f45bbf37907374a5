"""Copies to work on: drafts that nobody sees, of rows that stay as they are."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models import Model

from stages.editing.ordering import next_position
from stages.models import Exercise, Stage, State, Topic, TopicResource, Track, TrackSection, TrackTopic


def duplicate_stage(stage: Stage) -> Stage:
    """A draft of a stage at the end, with draft copies of its topics and their exercises.

    The topics are copied and not shared, for a topic is taught in one stage. The copies are other topics, with
    slugs and ticks of their own: a copy is a place to rewrite a stage in. To let learners keep their ticks, name
    the old slugs in ``replaces`` when it is published. So that is left empty here, as are the documents' entries,
    which name the originals. What was needed from another topic of the stage is needed from its copy.
    """
    with transaction.atomic():
        topics = list(stage.topics.exclude(state=State.RETIRED).order_by("position", "pk"))
        exercises = list(Exercise.objects.filter(topic__in=topics).exclude(state=State.RETIRED).in_learning_order())
        links = list(TopicResource.objects.filter(topic__in=topics))
        needs = list(Topic.prerequisites.through.objects.filter(from_topic__in=topics))
        copy = copy_as_draft(stage, Stage, position=next_position(Stage.objects))
        copies = {}
        for topic in topics:
            copies[topic.pk] = copy_as_draft(topic, Topic, stage=copy, replaces=[], title=topic.title)
        TopicResource.objects.bulk_create(
            TopicResource(
                topic=copies[link.topic_id], resource_id=link.resource_id, position=link.position, why=link.why
            )
            for link in links
        )
        for exercise in exercises:
            copy_as_draft(exercise, Exercise, topic=copies[exercise.topic_id], title=exercise.title)
        Topic.prerequisites.through.objects.bulk_create(
            Topic.prerequisites.through(
                from_topic=copies[need.from_topic_id],
                to_topic_id=copies[need.to_topic_id].pk if need.to_topic_id in copies else need.to_topic_id,
            )
            for need in needs
        )
    return copy


def duplicate_track(track: Track) -> Track:
    """A draft of a track at the end, with the same topics, which are shared as in every track.

    Only one track can follow the stages: its copy has the stages of this moment as sections of its own, and so
    can be cut down. A document belongs to one track, and stays with the original.
    """
    with transaction.atomic():
        copy = copy_as_draft(track, Track, position=next_position(Track.objects), follows_stages=False, source=None)
        for section, topics in copied_sections(track):
            section.track = copy
            section.save()
            TrackTopic.objects.bulk_create(
                TrackTopic(section=section, topic_id=topic, position=position, required=required)
                for topic, position, required in topics
            )
    return copy


def copied_sections(track: Track) -> Iterator[tuple[TrackSection, list[tuple[int, int, bool]]]]:
    """Unsaved sections for a copy of a track, each with its topics: (pk, position, required)."""
    if track.follows_stages:
        for stage in Stage.objects.published():
            topics = [(topic.pk, topic.position, topic.required) for topic in stage.topics.published()]
            yield TrackSection(slug=stage.slug, title=stage.title, position=stage.position), topics
        return
    for section in track.sections.prefetch_related("places"):
        topics = [(row.topic_id, row.position, row.required) for row in section.places.all()]
        values = {"slug": section.slug, "title": section.title, "part": section.part, "position": section.position}
        yield TrackSection(**values), topics


def copy_as_draft[M: (Stage, Topic, Exercise, Track)](row: M, model: type[M], **changes: Any) -> M:
    """A saved draft of a row, its texts and all, with a slug that is free."""
    excluded = {"id", "slug", "state", "publish_at", "title"}
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    values = {name: value for name, value in values.items() if name not in excluded}
    changes = {"title": copy_title(row), **changes}
    for name in changes:
        values.pop(f"{name}_id", None)
    slug = free_slug(row.slug, model)
    return model.objects.create(**values | changes | {"slug": slug, "state": State.DRAFT})


def copy_title(row: Stage | Topic | Exercise | Track) -> str:
    return f"{row.title[:110]} (copy)"


def free_slug(slug: str, model: type[Model]) -> str:
    """``slug`` with the first number from 2 on that no row has, within the length of the field."""
    field: Any = model._meta.get_field("slug")
    max_length: int = field.max_length
    taken = set(model._default_manager.values_list("slug", flat=True))
    candidates = (f"{slug[: max_length - len(str(number)) - 1]}-{number}" for number in count(2))
    return next(candidate for candidate in candidates if candidate not in taken)
