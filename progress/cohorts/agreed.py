"""A track in the form in which it was assigned. Edits of the track reach a cohort when its instructors take them over.

The form is kept with the assignment, as what JSON can say: a list of sections, each with ``slug``, ``title``,
``part`` and ``topics``, a list of ``[slug, required]``. Only the order, the headings and what is required are kept.
What a topic is comes from the roadmap, always as it is now: one that was retired counts nowhere, here neither.
"""

from dataclasses import replace

from stages.outline import Outline, Section


def agree(outline):
    """The form to keep of an outline."""
    return [
        {
            "slug": section.slug,
            "title": section.title,
            "part": section.part,
            "topics": [[topic.slug, topic.required] for topic in section.topics],
        }
        for section in outline.sections
    ]


def outline_as_agreed(form, roadmap):
    """The outline that a kept form describes; ``roadmap`` is the outline of the stages. Sections left empty go."""
    stages = {stage.slug: stage for stage in roadmap.sections}
    sections = []
    for kept in form:
        topics = tuple(
            topic._replace(required=required)
            for slug, required in kept["topics"]
            for _stage, topic in roadmap.places.get(slug, ())
        )
        if topics:
            stage = stages.get(kept["slug"])
            described = {"summary": stage.summary, "level": stage.level} if stage else {}
            section = Section(kept["slug"], kept["title"], topics, len(sections) + 1, kept["part"])
            sections.append(replace(section, **described))
    return Outline(tuple(sections))
