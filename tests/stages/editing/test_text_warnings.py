"""What authors are told of their texts: links to pages that are not there, images, and HTML. Nothing is refused."""

from io import StringIO

import pytest
from django.core.management import call_command

from stages.models import Topic
from tests.content import stage, topic, write_files
from tests.stages.admin.test_admin import topic_form

TEXT = """
[here](/topics/boots/), [gone](/topics/nope/), [nowhere](/nothing/), [near](../maps/), [away](https://example.org/x),
[a stage](/stages/first/), [no stage](/stages/third/), [a list](/tracks/), [mail](mailto:a@example.org), [top](#top)

![A map](/map.png) and <b>bold</b>, but `<i>code</i>` is code.

[gone again](/topics/nope/)
"""
SAID = [
    "it links to “/topics/nope/”, and this site has no such page.",
    "it links to “/nothing/”, and this site has no such page.",
    "it links to “/stages/third/”, and this site has no such page.",
    "the image “/map.png” is left out; texts have none.",
    "“<b>” is shown as it was typed, for HTML has no effect.",
    "“</b>” is shown as it was typed, for HTML has no effect.",
]


def warnings(page):
    return [str(message) for message in page.context["messages"] if message.level_tag == "warning"]


def test_saving_in_the_admin_says_so(content, as_maintainer):
    row = content.topics["weather"]
    form = topic_form(row, body=TEXT)
    page = as_maintainer.post(f"/admin/stages/topic/{row.pk}/change/", form, follow=True)
    assert warnings(page) == [f"Lesson: {said}" for said in SAID]
    assert Topic.objects.get(pk=row.pk).body == TEXT.strip()


@pytest.mark.parametrize("state", ["draft", "retired"])
def test_a_draft_has_no_page_and_a_retired_topic_has_one(content, as_maintainer, state):
    Topic.objects.filter(slug="boots").update(state=state)
    row = content.topics["weather"]
    form = topic_form(row, body="[it](/topics/boots/)")
    page = as_maintainer.post(f"/admin/stages/topic/{row.pk}/change/", form, follow=True)
    assert bool(warnings(page)) == (state == "draft")


def test_an_address_of_this_site_in_full_is_one_of_this_site(content, as_maintainer, settings):
    row = content.topics["weather"]
    text = f"[a]({settings.SITE_URL}/topics/boots/), [b]({settings.SITE_URL}/topics/nope/)"
    page = as_maintainer.post(f"/admin/stages/topic/{row.pk}/change/", topic_form(row, body=text), follow=True)
    assert len(warnings(page)) == 1


def test_load_roadmap_says_so_too(db, tmp_path):
    text = TEXT + "\n[replaced](/topics/paths/)\n"
    write_files(tmp_path, stage(), topic("maps", body=text, replaces=["paths"]), topic("boots"))
    out = StringIO()
    call_command("load_roadmap", tmp_path, stdout=out)
    notes = [line for line in out.getvalue().splitlines() if "topic maps: body:" in line]
    assert [note.partition("body: ")[2] for note in notes] == SAID
    assert notes[0].startswith("Note: roadmap.yaml, line")


def test_our_own_texts_have_nothing_to_be_said_about(roadmap, as_maintainer):
    out = StringIO()
    call_command("load_roadmap", stdout=out)
    assert "Note: " not in out.getvalue()
