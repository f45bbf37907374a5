"""Two people with the same form open: nobody undoes what the other has saved without having seen it."""

import pytest

from stages.models import Resource, Revision, Stage, Topic, TopicResource, TrackSection
from stages.revisions.recorder import record_revisions
from tests.conftest import client_of, make_user
from tests.stages.revisions.test_recorder import Forms, filled_in

CHANGED = "this has changed since you opened it"


@pytest.fixture
def as_colleague(maintainer):
    user = make_user("Cora Colleague", is_staff=True)
    user.user_permissions.set(maintainer.user_permissions.all())
    return client_of(user)


def path_of(row):
    return f"/admin/stages/{row._meta.model_name}/{row.pk}/change/"


def sent_from(page):
    """What a browser sends for the form of a page, with the name of what it was opened with."""
    assert f'name="_seen" value="{page.context["seen_revision"]}"' in page.text
    return {name: value for name, value in filled_in(page).items() if name != "_go_back"} | {
        "_seen": page.context["seen_revision"]
    }


def opened(client, row):
    return sent_from(client.get(path_of(row)))


def save(client, row, data, **changes):
    return client.post(path_of(row), data | changes)


def add_row(data, **values):
    """What is sent when somebody has added a link, or another row below the form."""
    prefix = next(name.removesuffix("-TOTAL_FORMS") for name in data if name.endswith("-TOTAL_FORMS"))
    number = data[f"{prefix}-TOTAL_FORMS"]
    return (
        data
        | {f"{prefix}-TOTAL_FORMS": number + 1, f"{prefix}-{number}-id": ""}
        | {f"{prefix}-{number}-{name}": value for name, value in values.items()}
    )


def test_two_people_change_two_fields_and_both_are_kept(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine, theirs = opened(as_maintainer, topic), opened(as_colleague, topic)
    assert save(as_colleague, topic, theirs, title="Charts").status_code == 302
    page = as_maintainer.post(path_of(topic), mine | {"summary": "Read them."}, follow=True)
    assert "Changed by somebody else since you opened the form, and left as it is now: Title." in page.text
    topic.refresh_from_db()
    assert (topic.title, topic.summary) == ("Charts", "Read them.")
    assert [revision.changed_fields() for revision in Revision.objects.all()] == [["summary"], ["title"]]


def test_whoever_changes_the_same_sees_what_came_in_between(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine, theirs = opened(as_maintainer, topic), opened(as_colleague, topic)
    save(as_colleague, topic, theirs, title="Charts", summary="Draw them.")
    page = save(as_maintainer, topic, mine, title="Plans")
    assert page.status_code == 200
    assert CHANGED in page.text
    assert "Cora Colleague" in page.text
    assert "<del>Maps</del><ins>Charts</ins>" in page.text
    assert "Please correct" not in page.text
    assert [difference.name for difference in page.context["undone"][0].differences] == ["title"]
    assert (sent_from(page)["title"], sent_from(page)["summary"]) == ("Plans", "Draw them.")
    topic.refresh_from_db()
    assert topic.title == "Charts"
    assert Revision.objects.count() == 1


def test_every_kind_of_field_is_kept(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine = opened(as_maintainer, topic)
    values = {"stage": content.second.pk, "level": "advanced", "kind": "project", "minutes_max": "20"}
    values |= {"prerequisites": [content.topics["snacks"].pk], "replaces": "boots", "outcomes": "read\r\ndraw"}
    values |= {"publish_at_0": "2020-05-04", "publish_at_1": "08:00:00", "body": "One.\r\n\r\nTwo."}
    theirs = opened(as_colleague, topic)
    del theirs["required"]
    assert save(as_colleague, topic, theirs, **values).status_code == 302
    topic.refresh_from_db()
    assert save(as_maintainer, topic, mine, title="Charts").status_code == 302
    after = Topic.objects.get(pk=topic.pk)
    assert after.title == "Charts"
    assert (after.stage, after.level, after.kind, after.required) == (content.second, "advanced", "project", False)
    assert (after.minutes_max, after.replaces, after.outcomes) == (20, ["boots"], ["read", "draw"])
    assert (after.publish_at, after.body) == (topic.publish_at, "One.\n\nTwo.")
    assert list(after.prerequisites.all()) == [content.topics["snacks"]]


def test_what_is_kept_is_in_the_form_that_asks_about_another_mistake(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine = opened(as_maintainer, topic)
    save(as_colleague, topic, opened(as_colleague, topic), minutes_max="10")
    page = save(as_maintainer, topic, mine, minutes_min="20")
    assert "cannot be above the most" in page.text
    assert (sent_from(page)["minutes_min"], sent_from(page)["minutes_max"]) == ("20", "10")


def test_what_came_and_went_meanwhile_is_not_asked_about(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine = opened(as_maintainer, topic)
    for title in ("Charts", "Maps"):
        save(as_colleague, topic, opened(as_colleague, topic), title=title)
    assert save(as_maintainer, topic, mine, title="Plans").status_code == 302


def test_what_was_typed_is_kept_and_can_be_saved_all_the_same(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine, theirs = opened(as_maintainer, topic), opened(as_colleague, topic)
    save(as_colleague, topic, theirs, title="Charts")
    again = sent_from(save(as_maintainer, topic, mine, summary="Read them.", title="Plans"))
    assert (again["title"], again["summary"]) == ("Plans", "Read them.")
    assert save(as_maintainer, topic, again).status_code == 302
    topic.refresh_from_db()
    assert (topic.title, topic.summary) == ("Plans", "Read them.")
    assert Revision.objects.first().before["title"] == "Charts"


def test_it_asks_again_when_somebody_comes_in_between_again(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine = opened(as_maintainer, topic)
    save(as_colleague, topic, opened(as_colleague, topic), title="Charts")
    again = sent_from(save(as_maintainer, topic, mine, title="Plans"))
    save(as_colleague, topic, opened(as_colleague, topic), title="Sketches")
    page = save(as_maintainer, topic, again)
    assert "<del>Charts</del><ins>Sketches</ins>" in page.text
    assert [revision.after["title"] for revision in page.context["undone"]] == ["Sketches"]


def test_a_form_with_a_mistake_does_not_forget_when_it_was_opened(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine = opened(as_maintainer, topic)
    save(as_colleague, topic, opened(as_colleague, topic), title="Charts")
    page = save(as_maintainer, topic, mine, minutes_min="x", title="Plans")
    assert "Please correct the error below" in page.text
    assert CHANGED in save(as_maintainer, topic, sent_from(page), minutes_min=mine["minutes_min"]).text


def test_the_second_tab_of_one_person_is_asked_too(content, as_maintainer):
    topic = content.topics["maps"]
    first, second = opened(as_maintainer, topic), opened(as_maintainer, topic)
    save(as_maintainer, topic, first, title="Charts")
    assert "You, in another tab" in save(as_maintainer, topic, second, title="Plans").text


def test_nobody_is_asked_about_what_their_form_leaves_as_it_is(content, as_maintainer, as_colleague):
    """A place is not in the form, and another topic is another thing."""
    topic = content.topics["maps"]
    mine = opened(as_maintainer, topic)
    save(as_colleague, content.topics["boots"], opened(as_colleague, content.topics["boots"]), title="Shoes")
    as_colleague.post(f"/admin/stages/stage/{content.first.pk}/arrange/", {"move": f"{topic.pk}:"})
    assert Revision.objects.filter(object_id=topic.pk, model="stages.topic").exists()
    assert save(as_maintainer, topic, mine, title="Charts").status_code == 302


def test_a_form_that_is_sent_twice_is_saved_once(content, as_maintainer):
    topic = content.topics["maps"]
    other = Resource.objects.create(url="https://example.org/b/", title="B", publisher="E")
    data = add_row(opened(as_maintainer, topic), resource=other.pk, why="Other.", topic=topic.pk) | {"title": "Charts"}
    data |= {"links-0-DELETE": "on"}
    for _ in range(2):
        response = save(as_maintainer, topic, data)
        assert response.status_code == 302, response.context["undone"] or response.context["errors"]
    assert Revision.objects.count() == 1
    assert list(topic.links.values_list("resource", "why")) == [(other.pk, "Other.")]


def two_resources():
    return [Resource.objects.create(url=f"https://example.org/{name}/", title=name, publisher="E") for name in "bc"]


def test_two_people_edit_two_links_of_one_topic(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    other, third = two_resources()
    TopicResource.objects.create(topic=topic, resource=other, position=2, why="Other.")
    mine, theirs = opened(as_maintainer, topic), opened(as_colleague, topic)
    save(as_colleague, topic, add_row(theirs, resource=third.pk, why="Third.", topic=topic.pk), **{"links-0-why": "!"})
    assert save(as_maintainer, topic, mine, **{"links-1-why": "?"}).status_code == 302
    assert list(topic.links.values_list("why", flat=True)) == ["!", "?", "Third."]


def test_a_link_is_not_overwritten_unseen(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine, theirs = opened(as_maintainer, topic), opened(as_colleague, topic)
    save(as_colleague, topic, theirs, **{"links-0-why": "It is clear."})
    page = save(as_maintainer, topic, mine, **{"links-0-why": "It is long."})
    assert "It is clear.</ins>" in page.text
    assert sent_from(page)["links-0-why"] == "It is long."
    assert topic.links.get().why == "It is clear."


def test_a_link_that_somebody_removed_comes_back_only_when_it_is_wanted(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine, theirs = opened(as_maintainer, topic), opened(as_colleague, topic)
    save(as_colleague, topic, theirs, **{"links-0-DELETE": "on"})
    page = save(as_maintainer, topic, mine, **{"links-0-why": "It is long."})
    assert CHANGED in page.text
    assert not topic.links.exists()
    assert save(as_maintainer, topic, sent_from(page)).status_code == 302
    assert list(topic.links.values_list("resource", "why")) == [(content.resource.pk, "It is long.")]


def test_what_somebody_did_below_the_form_is_kept(content, as_maintainer, as_colleague):
    """A link that they changed, one that they removed, and one that they added."""
    topic = content.topics["maps"]
    other, third = two_resources()
    TopicResource.objects.create(topic=topic, resource=other, position=2, why="Other.")
    mine, theirs = opened(as_maintainer, topic), opened(as_colleague, topic)
    theirs = add_row(theirs, resource=third.pk, why="Third.", topic=topic.pk)
    save(as_colleague, topic, theirs, **{"links-0-why": "It is clear.", "links-1-DELETE": "on"})
    page = as_maintainer.post(path_of(topic), mine | {"title": "Charts"}, follow=True)
    assert "left as it is now: topic resources." in page.text
    assert list(topic.links.values_list("resource", "why")) == [
        (content.resource.pk, "It is clear."),
        (third.pk, "Third."),
    ]
    topic.refresh_from_db()
    assert topic.title == "Charts"


def test_what_somebody_did_to_sections_and_places_is_kept(content, as_maintainer, as_colleague):
    track, section = content.other, TrackSection.objects.get(slug="start")
    mine, theirs = opened(as_maintainer, track), opened(as_colleague, track)
    save(as_colleague, track, theirs, **{"sections-0-title": "Beginning", "sections-1-DELETE": "on"})
    assert save(as_maintainer, track, mine, summary="Anew.").status_code == 302
    assert list(track.sections.values_list("slug", "title")) == [("start", "Beginning")]
    mine, theirs = opened(as_maintainer, section), opened(as_colleague, section)
    theirs.pop("places-0-required")
    save(as_colleague, section, theirs, **{"places-1-DELETE": "on"})
    assert save(as_maintainer, section, mine, part="One").status_code == 302
    assert list(section.places.values_list("topic__slug", "required")) == [("maps", False)]


def test_a_place_in_a_section_and_a_section_of_a_track_are_not_overwritten_unseen(
    content, as_maintainer, as_colleague
):
    section = TrackSection.objects.get(slug="start")
    for row, name in [(section, "places-0-required"), (content.other, "sections-0-title")]:
        mine, theirs = opened(as_maintainer, row), opened(as_colleague, row)
        theirs.pop(name)
        save(as_colleague, row, theirs | ({name: "Beginning"} if "title" in name else {}))
        changes = {name: "Anew"} if "title" in name else {name.replace("required", "DELETE"): "on"}
        assert CHANGED in save(as_maintainer, row, mine, **changes).text


def test_a_section_that_somebody_removed_comes_back_only_when_it_is_wanted(content, as_maintainer, as_colleague):
    track = content.other
    mine, theirs = opened(as_maintainer, track), opened(as_colleague, track)
    save(as_colleague, track, theirs, **{"sections-1-DELETE": "on"})
    page = save(as_maintainer, track, mine, **{"sections-1-title": "End"})
    assert CHANGED in page.text
    assert "<del>Finish</del>" in page.text
    assert list(track.sections.values_list("slug", flat=True)) == ["start"]
    assert save(as_maintainer, track, sent_from(page)).status_code == 302
    assert list(track.sections.values_list("title", flat=True)) == ["Start", "End"]


def test_what_is_loaded_from_the_files_counts_as_well(content, as_maintainer):
    topic = content.topics["maps"]
    mine = opened(as_maintainer, topic)
    with record_revisions("files"):
        Topic.objects.filter(pk=topic.pk).update(title="Charts")
    assert "load_roadmap" in save(as_maintainer, topic, mine, title="Plans").text


def test_putting_back_undoes_nothing_unseen(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    save(as_maintainer, topic, opened(as_maintainer, topic), title="Charts")
    path = f"/admin/stages/topic/put-back/{Revision.objects.get().pk}/"
    form = Forms(as_maintainer.get(path).text)
    save(as_colleague, topic, opened(as_colleague, topic), summary="Read them.")
    assert as_maintainer.post(form.action, form.data).status_code == 302
    topic.refresh_from_db()
    assert (topic.title, topic.summary) == ("Maps", "Read them.")
    form = Forms(as_maintainer.get(path.replace(path.split("/")[-2], str(Revision.objects.first().pk))).text)
    save(as_colleague, topic, opened(as_colleague, topic), title="Sketches")
    assert CHANGED in as_maintainer.post(form.action, form.data).text
    topic.refresh_from_db()
    assert topic.title == "Sketches"


def test_what_changes_numbers_is_asked_after_that(content, as_maintainer, as_colleague, learner):
    """One question after the other: first about the colleague, then about the learners."""
    topic = content.topics["boots"]
    learner.topic_progress.create(topic=topic, status="done")
    mine = opened(as_maintainer, topic)
    save(as_colleague, topic, opened(as_colleague, topic), title="Shoes")
    page = save(as_maintainer, topic, mine, state="retired", title="Sandals")
    question = save(as_maintainer, topic, sent_from(page))
    assert question.context["impact"]
    form = Forms(question.text)
    assert as_maintainer.post(form.action, form.data).status_code == 302
    topic.refresh_from_db()
    assert (topic.state, topic.title) == ("retired", "Sandals")


@pytest.mark.parametrize("seen", ["x", "-1", "", "9" * 40])
def test_nonsense_for_when_it_was_opened_is_survived(content, as_maintainer, seen):
    topic = content.topics["maps"]
    assert save(as_maintainer, topic, opened(as_maintainer, topic), _seen=seen, title="X").status_code == 302


@pytest.mark.parametrize("model", ["stage", "track"])
def test_duplicate_makes_one_copy_however_often_it_is_pressed(content, as_maintainer, model):
    row = {"stage": content.first, "track": content.other}[model]
    page = as_maintainer.get(path_of(row))
    assert page.text.count(f'name="_seen" value="{page.context["seen_revision"]}"') == 2  # of both forms
    path = f"/admin/stages/{model}/{row.pk}/duplicate/"
    first, second = (as_maintainer.post(path, {"_seen": page.context["seen_revision"]}) for _ in range(2))
    assert first.url == second.url
    again = as_maintainer.post(path, {"_seen": as_maintainer.get(path_of(row)).context["seen_revision"]})
    assert again.url != first.url


def test_what_was_typed_outlives_what_it_was_typed_into(content, as_maintainer, as_colleague):
    topic = Topic.objects.create(stage=content.first, slug="knots", title="Knots", summary="Tie one.", state="draft")
    topic.links.create(resource=content.resource, why="Knots, too.")
    mine = opened(as_maintainer, topic)
    as_colleague.post(f"/admin/stages/topic/{topic.pk}/delete/", {"post": "yes"})
    assert not Topic.objects.filter(slug="knots").exists()
    page = save(as_maintainer, topic, mine, body="A long evening’s work.")
    assert "deleted since you opened it, so nothing is saved" in page.text
    assert "A long evening’s work." in page.text
    assert not Topic.objects.filter(slug="knots").exists()
    assert 'action="/admin/stages/topic/add/"' in page.text
    assert as_maintainer.post("/admin/stages/topic/add/", sent_from(page)).status_code == 302
    again = Topic.objects.get(slug="knots")
    assert again.body == "A long evening’s work."
    assert [(link.resource, link.why) for link in again.links.all()] == [(content.resource, "Knots, too.")]


def test_a_stage_that_was_deleted_with_all_its_topics_is_offered_anew_too(content, as_maintainer):
    stage = Stage.objects.create(slug="knots", title="Knots", summary="Tie them.", state="draft")
    topic = Topic.objects.create(stage=stage, slug="bowline", title="Bowline", summary="Tie one.", state="draft")
    mine = opened(as_maintainer, stage)
    topic.delete()
    Stage.objects.filter(pk=stage.pk).delete()
    page = save(as_maintainer, stage, mine, summary="A long evening’s work.")
    assert "deleted since you opened it, so nothing is saved" in page.text
    assert "A long evening’s work." in page.text


def test_nothing_is_offered_to_whoever_only_looks_for_what_is_gone(as_maintainer):
    assert as_maintainer.get("/admin/stages/topic/987654/change/").status_code == 302
