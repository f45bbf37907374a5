"""The roadmap as it will be: with a stage or a topic in it that is not published yet."""

from dataclasses import replace

from django.db.models import QuerySet

from stages.content import outline_of_stages
from stages.models import Stage, State, Topic
from stages.outline import TOPIC_COLUMNS, Outline, OutlineExercise, OutlineTopic, Section, as_outline_exercises


def outline_with_drafts(stage: Stage, topics: QuerySet[Topic]) -> Outline:
    """The merged roadmap with ``stage`` in it and, besides what is published there, ``topics`` (a queryset)."""
    outline = outline_of_stages()
    stage_topics = Topic.objects.filter(stage=stage)
    shown = (stage_topics.published() | topics.filter(stage=stage)).distinct().order_by("position", "pk")
    section = Section(
        stage.slug,
        stage.title,
        tuple(OutlineTopic(*columns) for columns in shown.values_list(*TOPIC_COLUMNS, "required")),
        summary=stage.summary,
        level=stage.level,
    )
    before = set(Stage.objects.filter(position__lt=stage.position).values_list("slug", flat=True))
    before |= set(Stage.objects.filter(position=stage.position, pk__lt=stage.pk).values_list("slug", flat=True))
    others = [other for other in outline.sections if other.slug != stage.slug]
    index = sum(other.slug in before for other in others)
    sections = [*others[:index], section, *others[index:]]
    return Outline(tuple(replace(section, number=number) for number, section in enumerate(sections, start=1)))


def upcoming_topics(stage: Stage) -> QuerySet[Topic]:
    """The topics of a stage that are drafts or planned: what its preview shows besides what is published."""
    return stage.topics.exclude(state=State.RETIRED)


def upcoming_exercises(topic: Topic) -> tuple[OutlineExercise, ...]:
    """The same of the exercises of a topic, what is published included. One query."""
    return as_outline_exercises(topic.exercises.exclude(state=State.RETIRED))
