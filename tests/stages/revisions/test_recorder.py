"""Who changed what and when, what it was before, and the way back."""

from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stages.fixture_io import files, snapshot
from stages.models import Resource, Revision, Stage, State, Topic, TopicResource, TrackSection, TrackTopic
from stages.revisions.recorder import ContentSnapshot, record_revisions
from stages.sync.load import load
from tests.content import stage, topic, track, write_files
from tests.stages.admin.test_admin import form_data, topic_form


def last():
    return Revision.objects.first()


def filled_in(page):
    """What a browser would send for the form of a page that nobody touched."""
    data = form_data(page.context["adminform"].form)
    for formset in page.context["inline_admin_formsets"]:
        data |= form_data(formset.formset.management_form)
        for inline in formset.formset.forms:
            data |= form_data(inline)
    return data


def save(client, row, **revisions_between):
    """Send the ordinary form of a row with some values changed."""
    path = f"/admin/stages/{row._meta.model_name}/{row.pk}/change/"
    response = client.post(path, filled_in(client.get(path)) | revisions_between)
    assert response.status_code == 302, response.context["errors"]


class Forms(HTMLParser):
    """The fields of the form on a page that leads away from it, as a browser would send them."""

    def __init__(self, text):
        super().__init__()
        self.action, self.data = None, {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and "/logout/" not in attributes.get("action", ""):
            self.action = attributes.get("action")
        if tag == "input" and self.action and attributes.get("name"):
            self.data.setdefault(attributes["name"], []).append(attributes.get("value", ""))


def put_back(client, revision, query=""):
    """Open the page that puts back, and press its button. Return the answer, or the page where it has none."""
    model = revision.model.split(".")[1]
    page = client.get(f"/admin/stages/{model}/put-back/{revision.pk}/{query}")
    assert page.status_code == 200
    form = Forms(page.text)
    return client.post(form.action, form.data) if form.action and "_put_back" in form.data else page


def test_a_snapshot_is_what_the_files_hold(roadmap):
    """Or a revision would show what nobody edits, or miss what somebody does."""
    content_snapshot, records = ContentSnapshot(), snapshot()
    for model, rows in content_snapshot.versions.items():
        assert len(rows) == model.objects.count()
        for pk in rows:
            record = records[model, tuple(content_snapshot.key(model, pk))]
            entry = content_snapshot.entry(model, pk)
            assert {name: entry[name] for name in record.fields} == record.fields
    links = [link for pk in content_snapshot.versions[Topic] for link in content_snapshot.entry(Topic, pk)["links"]]
    assert len(links) == TopicResource.objects.count()


def test_saving_leaves_a_revision_with_who_and_what(content, as_maintainer, maintainer):
    save(as_maintainer, content.topics["maps"], title="Charts")
    revision = Revision.objects.get()
    assert (revision.by, revision.how, revision.title) == (maintainer, "admin", "Charts")
    assert (revision.before["title"], revision.after["title"]) == ("Maps", "Charts")
    assert revision.changed_fields() == ["title"]


def test_saving_what_is_as_it_was_leaves_none(content, as_maintainer):
    save(as_maintainer, content.topics["maps"])
    assert not Revision.objects.exists()


def test_a_link_is_a_change_of_its_topic(content, as_maintainer):
    save(as_maintainer, content.topics["maps"], **{"links-0-why": "It is clear."})
    revision = Revision.objects.get()
    assert revision.changed_fields() == ["links"]
    page = as_maintainer.get(f"/admin/stages/topic/{content.topics['maps'].pk}/history/").text
    assert "<del>1. https://example.org/maps/ · It is short.</del>" in page
    assert "<ins>1. https://example.org/maps/ · It is clear.</ins>" in page


def test_a_cascade_is_a_change_of_what_it_took_from(content, as_maintainer):
    as_maintainer.post(f"/admin/stages/resource/{content.resource.pk}/delete/", {"post": "yes"})
    revisions = {revision.model: revision for revision in Revision.objects.all()}
    assert revisions["stages.resource"].after is None
    assert revisions["stages.topic"].changed_fields() == ["links"]


def test_a_list_and_its_actions_leave_revisions(content, as_maintainer):
    topics = list(Topic.objects.order_by("stage__position", "stage", "position", "pk"))
    data = {"form-TOTAL_FORMS": len(topics), "form-INITIAL_FORMS": len(topics), "_save": "Save"}
    for number, row in enumerate(topics):
        data |= {f"form-{number}-id": row.pk, f"form-{number}-position": row.position}
    data["form-1-position"] = 9
    page = as_maintainer.get("/admin/stages/topic/")
    if page.context["cl"].list_editable:  # where it is ordered in another way, that way has tests
        as_maintainer.post("/admin/stages/topic/", data)
        assert Revision.objects.get().changed_fields() == ["position"]
    Revision.objects.all().delete()
    chosen = [content.topics["routes"].pk, content.topics["snacks"].pk]
    data = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    as_maintainer.post("/admin/stages/topic/", data)
    gone = Revision.objects.filter(model="stages.topic", after__isnull=True)
    assert {revision.title for revision in gone} == {"Routes", "Snacks"}
    assert Revision.objects.filter(model="stages.tracksection").exists()


def test_what_changes_in_a_section_is_on_the_page_of_its_track(content, as_maintainer):
    section = TrackSection.objects.get(slug="start")
    save(as_maintainer, section, title="Beginning")
    page = as_maintainer.get(f"/admin/stages/track/{content.other.pk}/history/").text
    assert "“Beginning”" in page
    assert "<del>Start</del>" in page
    assert "<del>Start</del>" not in as_maintainer.get(f"/admin/stages/track/{content.merged.pk}/history/").text


def test_loading_leaves_revisions_that_say_so(db, tmp_path, as_maintainer):
    load(write_files(tmp_path / "f", stage("first"), topic("boots"), track("all")))
    made = {revision.title: revision for revision in Revision.objects.all()}
    assert set(made) == {"First", "Boots", "All"}
    assert {(revision.who(), revision.before) for revision in made.values()} == {("load_roadmap", None)}
    Revision.objects.all().delete()
    files = write_files(tmp_path / "f", stage("first"), topic("boots", title="Shoes"), track("all"))
    load(files)
    revision = Revision.objects.get()
    assert (revision.before["title"], revision.after["title"], revision.by) == ("Boots", "Shoes", None)
    load(files)
    assert Revision.objects.count() == 1
    page = as_maintainer.get(f"/admin/stages/topic/{Topic.objects.get().pk}/history/").text
    assert "load_roadmap, from the files" in page


def test_a_dry_run_leaves_none(db, tmp_path):
    call_command("load_roadmap", write_files(tmp_path / "f", stage("first")), "--dry-run", verbosity=0)
    assert not Revision.objects.exists()


def test_what_fails_leaves_none(content):
    def fail():
        with record_revisions("admin"):
            Stage.objects.filter(slug="first").update(title="X")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not Revision.objects.exists()
    assert Stage.objects.get(slug="first").title == "First steps"


def test_recording_within_recording_writes_once(content):
    with record_revisions("admin"), record_revisions("files"):
        Stage.objects.filter(slug="first").update(title="X")
    assert Revision.objects.get().how == "admin"


def test_what_was_is_put_back(content, as_maintainer, maintainer):
    row = content.topics["maps"]
    before = files(snapshot())
    form = topic_form(row, title="Charts", prerequisites=[], outcomes="fold it\r\nread it", body="One\r\n\r\n*Two*")
    as_maintainer.post(f"/admin/stages/topic/{row.pk}/change/", form)
    assert files(snapshot()) != before
    revision = last()
    page = as_maintainer.get(f"/admin/stages/topic/put-back/{revision.pk}/").text
    assert "<del>Charts</del>" in page
    assert put_back(as_maintainer, revision).status_code == 302
    assert files(snapshot()) == before
    assert last().why.startswith("Put back as it was before ")
    assert last().by == maintainer
    assert put_back(as_maintainer, last()).status_code == 302  # and that is put back, too
    row.refresh_from_db()
    assert (row.title, row.body, row.outcomes) == ("Charts", "One\n\n*Two*", ["fold it", "read it"])


def test_links_are_put_back_where_they_were(content, as_maintainer):
    row = content.topics["maps"]
    other = Resource.objects.create(url="https://example.org/b/", title="B", publisher="E")
    with record_revisions("admin"):
        row.links.all().delete()
        TopicResource.objects.create(topic=row, resource=other, position=4, why="Other.")
    assert put_back(as_maintainer, last()).status_code == 302
    assert [(link.resource, link.position, link.why) for link in row.links.all()] == [
        (content.resource, 1, "It is short.")
    ]


def test_places_in_a_section_are_put_back(content, as_maintainer):
    section = TrackSection.objects.get(slug="start")
    with record_revisions("admin"):
        TrackTopic.objects.filter(section=section, topic__slug="routes").delete()
        TrackTopic.objects.filter(section=section, topic__slug="maps").update(position=7, required=False)
    assert put_back(as_maintainer, last()).status_code == 302
    places = section.places.values_list("topic__slug", "position", "required")
    assert list(places) == [("maps", 0, True), ("routes", 1, True)]


def test_a_place_is_put_back_whether_its_form_sets_it_or_only_shows_it(content, as_maintainer):
    row = content.topics["maps"]
    with record_revisions("admin"):
        Topic.objects.filter(pk=row.pk).update(position=30)
    assert put_back(as_maintainer, last()).status_code == 302
    row.refresh_from_db()
    assert row.position == 2


def test_only_what_that_change_touched_is_put_back_unless_everything_is_wanted(content, as_maintainer):
    row = content.first
    save(as_maintainer, row, title="Steps")
    first = last()
    save(as_maintainer, row, summary="Go.")
    put_back(as_maintainer, first)
    row.refresh_from_db()
    assert (row.title, row.summary) == ("First steps", "Go.")
    put_back(as_maintainer, first, "?all")
    row.refresh_from_db()
    assert (row.title, row.summary) == ("First steps", "Begin.")
    page = put_back(as_maintainer, first)
    assert "There is nothing to put back" in page.text


def test_what_was_deleted_is_made_anew(content, as_maintainer):
    row = content.topics["snacks"]
    before = files(snapshot())
    as_maintainer.post(f"/admin/stages/topic/{row.pk}/delete/", {"post": "yes"})
    revision = Revision.objects.get(model="stages.topic", after__isnull=True)
    assert "Put back what was before" in as_maintainer.get(f"/admin/stages/revision/{revision.pk}/change/").text
    assert put_back(as_maintainer, revision).status_code == 302
    assert put_back(as_maintainer, Revision.objects.get(model="stages.tracksection")).status_code == 302
    assert files(snapshot()) == before


def test_it_is_refused_when_what_it_points_at_is_gone(content, as_maintainer):
    row = content.topics["snacks"]
    other = Stage.objects.create(slug="third", title="Third", summary="S.", state=State.DRAFT)
    Topic.objects.filter(pk=row.pk).update(stage=other)
    save(as_maintainer, row, stage=content.first.pk)
    revision = last()
    other.delete()
    page = put_back(as_maintainer, revision)
    assert "There is no stage “third” any more." in page.text
    assert "_put_back" not in page.text


def test_what_was_is_checked_like_anything_that_is_typed(content, as_maintainer):
    """Somebody else has taken the address in the meantime."""
    save(as_maintainer, content.resource, url="https://example.org/charts/")
    revision = last()
    Resource.objects.create(url="https://example.org/maps/", title="T", publisher="P")
    page = put_back(as_maintainer, revision)
    assert page.status_code == 200
    assert "A resource with this address exists already." in page.text


def test_putting_back_needs_the_right_to_change(content, as_maintainer, maintainer):
    save(as_maintainer, content.first, title="Steps")
    maintainer.user_permissions.set(Permission.objects.filter(codename="view_stage"))
    revision = last()
    assert as_maintainer.get(f"/admin/stages/stage/put-back/{revision.pk}/").status_code == 403
    page = as_maintainer.get(f"/admin/stages/stage/{content.first.pk}/history/")
    assert "<del>First " in page.text
    assert "put-back/" not in page.text
    maintainer.user_permissions.clear()
    assert as_maintainer.get(f"/admin/stages/stage/{content.first.pk}/history/").status_code == 403


def test_markup_in_a_text_is_shown_as_text(content, as_maintainer):
    save(as_maintainer, content.first, title="<b>Steps</b>")
    page = as_maintainer.get(f"/admin/stages/stage/{content.first.pk}/history/").text
    assert "<b>Steps" not in page
    assert "&lt;" in page


def test_the_history_outlives_the_person(content, as_maintainer, maintainer):
    save(as_maintainer, content.first, title="Steps")
    maintainer.erase()
    revision = Revision.objects.get()
    assert revision.by is None
    assert revision.who() == "somebody who has left"


def test_the_list_of_changes_finds_and_filters(content, as_maintainer):
    save(as_maintainer, content.first, title="Steps")
    page = as_maintainer.get("/admin/stages/revision/?q=Steps&kind=stages.stage&how__exact=admin")
    assert page.context["cl"].result_count == 1
    assert as_maintainer.get("/admin/stages/revision/?kind=stages.topic").context["cl"].result_count == 0


@pytest.mark.parametrize("number", [3, 60])
def test_a_history_of_any_length_makes_the_same_queries(content, as_maintainer, number):
    for turn in range(number):
        with record_revisions("admin"):
            Topic.objects.filter(slug="maps").update(position=turn + 10)
    path = f"/admin/stages/topic/{content.topics['maps'].pk}/history/"
    as_maintainer.get(path)
    with CaptureQueriesContext(connection) as captured:
        page = as_maintainer.get(path)
    assert len(page.context["revisions"]) == min(number, 20)
    assert len(captured) <= 11
