"""What has changed in a track since somebody looked at it: two forms (see agreed.py) compared. Pure."""

from typing import NamedTuple


class Change(NamedTuple):
    """One difference. ``title`` is that of the section, before it was renamed ``was``.

    ``kind`` is section_added, section_removed, section_renamed, added, removed, required, optional or reordered.
    """

    kind: str
    section: str
    title: str
    topic: str = ""
    required: bool = True
    was: str = ""

    @property
    def key(self):
        """Names it in a form."""
        return f"{self.kind}/{self.section}/{self.topic}"


def changes(before, now):
    """Every Change that leads from one form to another, section by section in their present order."""
    old, new = by_slug(before), by_slug(now)
    found = [Change("section_removed", slug, section["title"]) for slug, section in old.items() if slug not in new]
    for slug, section in new.items():
        title, topics = section["title"], dict(section["topics"])
        earlier = old.get(slug)
        if earlier is None:
            found.append(Change("section_added", slug, title))
        elif earlier["title"] != title:
            found.append(Change("section_renamed", slug, title, was=earlier["title"]))
        known = dict(earlier["topics"]) if earlier else {}
        for topic, required in topics.items():
            if topic not in known:
                found.append(Change("added", slug, title, topic, required))
            elif required != known[topic]:
                found.append(Change("required" if required else "optional", slug, title, topic, required))
        found += [Change("removed", slug, title, topic) for topic in known if topic not in topics]
        if [topic for topic in known if topic in topics] != [topic for topic in topics if topic in known]:
            found.append(Change("reordered", slug, title))
    if [slug for slug in old if slug in new] != [slug for slug in new if slug in old]:
        found.append(Change("reordered", "", ""))
    return found


def with_change(form, change):
    """A form after one Change to a topic: what is left to compare once that one was taken over."""
    sections = [{**section, "topics": [list(place) for place in section["topics"]]} for section in form]
    section = by_slug(sections).get(change.section)
    if section is None:
        section = {"slug": change.section, "title": change.title, "part": "", "topics": []}
        sections.append(section)
    others = [place for place in section["topics"] if place[0] != change.topic]
    if change.kind == "added":
        section["topics"] = [*others, [change.topic, change.required]]
    elif change.kind == "removed":
        section["topics"] = others
    else:
        section["topics"] = [
            [topic, change.required if topic == change.topic else required] for topic, required in section["topics"]
        ]
    return sections


def by_slug(form):
    return {section["slug"]: section for section in form}
