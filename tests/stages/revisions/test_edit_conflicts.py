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


def test_whoever_saves_second_sees_what_came_in_between(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    mine, theirs = opened(as_maintainer, topic), opened(as_colleague, topic)
    assert save(as_colleague, topic, theirs, title="Charts").status_code == 302
    page = save(as_maintainer, topic, mine, summary="Read them.")
    assert page.status_code == 200
    assert CHANGED in page.text
    assert "Cora Colleague" in page.text
    assert "<del>Maps</del><ins>Charts</ins>" in page.text
    assert "Please correct" not in page.text
    topic.refresh_from_db()
    assert (topic.title, topic.summary) == ("Charts", "Know your maps.")
    assert Revision.objects.count() == 1


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
    page = save(as_maintainer, topic, mine, minutes_min="x")
    assert "Please correct the error below" in page.text
    assert CHANGED in save(as_maintainer, topic, sent_from(page), minutes_min=mine["minutes_min"]).text


def test_the_second_tab_of_one_person_is_asked_too(content, as_maintainer):
    topic = content.topics["maps"]
    first, second = opened(as_maintainer, topic), opened(as_maintainer, topic)
    save(as_maintainer, topic, first, title="Charts")
    assert "You, in another tab" in save(as_maintainer, topic, second, summary="Read them.").text


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


def test_two_people_edit_two_links_of_one_topic(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    other, third = (
        Resource.objects.create(url=f"https://example.org/{name}/", title=name, publisher="E") for name in "bc"
    )
    TopicResource.objects.create(topic=topic, resource=other, position=2, why="Other.")
    mine, theirs = opened(as_maintainer, topic), opened(as_colleague, topic)
    save(as_colleague, topic, add_row(theirs, resource=third.pk, why="Third.", topic=topic.pk), **{"links-0-why": "!"})
    mine["links-0-why"] = "!"  # as it is now
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


def test_a_place_in_a_section_and_a_section_of_a_track_are_not_overwritten_unseen(
    content, as_maintainer, as_colleague
):
    section = TrackSection.objects.get(slug="start")
    for row, name in [(section, "places-0-required"), (content.other, "sections-0-title")]:
        mine, theirs = opened(as_maintainer, row), opened(as_colleague, row)
        theirs.pop(name)
        save(as_colleague, row, theirs | ({name: "Beginning"} if "title" in name else {}))
        assert CHANGED in save(as_maintainer, row, mine, title="Anew").text


def test_what_is_loaded_from_the_files_counts_as_well(content, as_maintainer):
    topic = content.topics["maps"]
    mine = opened(as_maintainer, topic)
    with record_revisions("files"):
        Topic.objects.filter(pk=topic.pk).update(title="Charts")
    assert "load_roadmap" in save(as_maintainer, topic, mine).text


def test_putting_back_undoes_nothing_unseen(content, as_maintainer, as_colleague):
    topic = content.topics["maps"]
    save(as_maintainer, topic, opened(as_maintainer, topic), title="Charts")
    page = as_maintainer.get(f"/admin/stages/topic/put-back/{Revision.objects.get().pk}/")
    save(as_colleague, topic, opened(as_colleague, topic), summary="Read them.")
    form = Forms(page.text)
    assert CHANGED in as_maintainer.post(form.action, form.data).text
    topic.refresh_from_db()
    assert (topic.title, topic.summary) == ("Charts", "Read them.")


def test_what_changes_numbers_is_asked_after_that(content, as_maintainer, as_colleague, learner):
    """One question after the other: first about the colleague, then about the learners."""
    topic = content.topics["boots"]
    learner.topic_progress.create(topic=topic, status="done")
    mine = opened(as_maintainer, topic)
    save(as_colleague, topic, opened(as_colleague, topic), title="Shoes")
    page = save(as_maintainer, topic, mine, state="retired")
    question = save(as_maintainer, topic, sent_from(page))
    assert question.context["impact"]
    form = Forms(question.text)
    assert as_maintainer.post(form.action, form.data).status_code == 302
    topic.refresh_from_db()
    assert (topic.state, topic.title) == ("retired", "Boots")


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
