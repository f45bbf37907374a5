"""Maintainers edit the content in the admin."""

import pytest
from django.contrib.auth.models import Permission

from progress.models import TopicProgress
from stages.fixture_io import content_fields, files, snapshot
from stages.models import Resource, Stage, Topic, Track

MODELS = ["stage", "topic", "resource", "exercise", "track", "tracksection", "source", "entry"]


@pytest.mark.parametrize("model", MODELS)
def test_the_lists_open_and_search(roadmap, as_maintainer, model):
    assert as_maintainer.get(f"/admin/stages/{model}/").status_code == 200
    assert as_maintainer.get(f"/admin/stages/{model}/?q=django").status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_the_forms_open(roadmap, as_maintainer, model):
    from django.apps import apps

    pk = apps.get_model("stages", model).objects.first().pk
    assert as_maintainer.get(f"/admin/stages/{model}/{pk}/change/").status_code == 200
    assert as_maintainer.get(f"/admin/stages/{model}/add/").status_code == 200


def topic_form(topic, **changes):
    """What the admin's form of a topic posts."""
    return {
        "title": topic.title,
        "summary": topic.summary,
        "stage": topic.stage_id,
        "position": topic.position,
        "level": topic.level,
        "kind": topic.kind,
        "required": "on",
        "state": topic.state,
        "prerequisites": [],
        "replaces": "",
        "outcomes": "",
        "minutes_min": 20,
        "minutes_max": 40,
        "body": "",
        "disagreement": "",
        "links-TOTAL_FORMS": 0,
        "links-INITIAL_FORMS": 0,
        **changes,
    }


def test_a_maintainer_edits_a_topic_and_learners_see_it(content, as_maintainer, client):
    topic = content.topics["maps"]
    changes = {"title": "Charts", "stage": content.second.pk, "prerequisites": [content.topics["boots"].pk]}
    response = as_maintainer.post(f"/admin/stages/topic/{topic.pk}/change/", topic_form(topic, **changes))
    assert response.status_code == 302, response.context["errors"]
    page = client.get("/topics/maps/").text
    assert "Charts" in page
    assert "Further on" in page


def test_a_merge_in_the_admin_takes_the_ticks_along(content, as_maintainer, learner):
    TopicProgress.objects.record(learner, content.topics["boots"], "done")
    topic = content.topics["weather"]
    form = topic_form(topic, replaces="boots")
    path = f"/admin/stages/topic/{topic.pk}/change/"
    impact = as_maintainer.post(path, form).context["impact"]
    page = as_maintainer.post(path, form | {"_impact": impact.token}, follow=True)
    assert "Standings carried over from the topics it replaces: 1." in page.text
    assert learner.topic_progress.get(topic=topic).status == "done"


@pytest.mark.parametrize(
    ("replaces", "error"),
    [
        ("boots, maps", "There is no topic “boots, maps”."),
        ('["boots"]', "There is no topic “[&quot;boots&quot;]”."),
        ("boots\nbots", "There is no topic “bots”."),
        ("weather", "A topic cannot replace itself."),
        ("maps", "These topics would replace each other in a circle: weather → maps → weather."),
    ],
)
def test_nonsense_in_replaces_is_named(content, as_maintainer, replaces, error):
    topic = content.topics["weather"]
    Topic.objects.filter(slug="maps").update(replaces=["weather"])
    page = as_maintainer.post(f"/admin/stages/topic/{topic.pk}/change/", topic_form(topic, replaces=replaces))
    assert page.status_code == 200
    assert error in page.text


def test_a_merge_can_be_taken_back(content, as_maintainer):
    """What is retired replaces nothing any more, so the old topic may replace the new one."""
    topic = content.topics["weather"]
    Topic.objects.filter(slug="maps").update(replaces=["weather"], state="retired")
    form = topic_form(topic, replaces="maps")
    assert as_maintainer.post(f"/admin/stages/topic/{topic.pk}/change/", form).status_code == 302
    topic.refresh_from_db()
    assert topic.replaces == ["maps"]


@pytest.mark.parametrize(("model", "slug"), [("stage", "First"), ("topic", "MAPS"), ("track", "Other")])
def test_a_slug_that_differs_by_case_only_is_refused(content, as_maintainer, model, slug):
    page = as_maintainer.post(f"/admin/stages/{model}/add/", {"slug": slug, "title": "X"})
    assert f"There is “{slug.lower()}” already." in page.text


def test_the_slug_of_a_topic_is_fixed(content, as_maintainer):
    form = as_maintainer.get(f"/admin/stages/topic/{content.topics['maps'].pk}/change/").context["adminform"].form
    assert "slug" not in form.fields


def test_deleting_a_topic_that_somebody_ticked_is_refused(content, as_maintainer, learner):
    topic = content.topics["maps"]
    TopicProgress.objects.record(learner, topic, "done")
    response = as_maintainer.post(f"/admin/stages/topic/{topic.pk}/delete/", {"post": "yes"})
    assert response.status_code == 200  # it explains instead
    as_maintainer.post(
        "/admin/stages/topic/", {"action": "delete_selected", "_selected_action": [topic.pk], "post": "yes"}
    )
    assert Topic.objects.filter(pk=topic.pk).exists()
    assert learner.topic_progress.count() == 1


def test_a_second_resource_with_the_same_address_is_refused(content, as_maintainer):
    data = {"url": content.resource.url, "title": "T", "kind": "article", "publisher": "P", "state": "published"}
    response = as_maintainer.post("/admin/stages/resource/add/", data)
    assert "A resource with this address exists already." in response.text
    assert Resource.objects.count() == 1


def test_a_second_merged_roadmap_is_refused(content, as_maintainer):
    data = {"title": "T", "slug": "t", "summary": "S", "position": 1, "follows_stages": "on", "state": "published"}
    inline = {"sections-TOTAL_FORMS": 0, "sections-INITIAL_FORMS": 0}
    response = as_maintainer.post("/admin/stages/track/add/", data | inline)
    assert "Another track already follows the stages." in response.text
    assert Track.objects.count() == 2


def test_without_the_right_nothing_is_changed(content, as_maintainer, maintainer):
    maintainer.user_permissions.set(Permission.objects.filter(codename="view_stage"))
    assert as_maintainer.get("/admin/stages/stage/").status_code == 200
    assert as_maintainer.post(f"/admin/stages/stage/{content.first.pk}/change/", {"title": "X"}).status_code == 403
    assert Stage.objects.get(slug="first").title == "First steps"


def test_staff_logs_in_where_everyone_does(content, client):
    assert client.get("/admin/").url.startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/").url.startswith("/accounts/login/")


def test_lines_typed_in_a_browser_are_the_lines_of_the_files(content, as_maintainer):
    """Browsers end lines with two characters; the files would change in every line."""
    topic = content.topics["maps"]
    form = topic_form(topic, body="One\r\n\r\n*Two*\r\n", outcomes="  read a map \r\n\r\nfold it\r\n")
    as_maintainer.post(f"/admin/stages/topic/{topic.pk}/change/", form)
    topic.refresh_from_db()
    assert topic.body == "One\n\n*Two*"
    assert topic.outcomes == ["read a map", "fold it"]
    assert "<em>Two</em>" in topic.body_html


def test_saving_a_topic_as_it_is_changes_no_file(roadmap, as_maintainer):
    """The form of a real topic, sent back as a browser would send it."""
    topic = Topic.objects.get(slug="querysets")
    before = files(snapshot())
    page = as_maintainer.get(f"/admin/stages/topic/{topic.pk}/change/")
    data = form_data(page.context["adminform"].form)
    for formset in page.context["inline_admin_formsets"]:
        data |= form_data(formset.formset.management_form)
        for inline in formset.formset.forms:
            data |= form_data(inline)
    data = {name: value.replace("\n", "\r\n") if isinstance(value, str) else value for name, value in data.items()}
    response = as_maintainer.post(f"/admin/stages/topic/{topic.pk}/change/", data)
    assert response.status_code == 302, response.context["errors"]
    assert files(snapshot()) == before


def form_data(form):
    """What a browser sends for a form that nobody touched."""
    fields = {field.html_name: field.value() for field in form}
    return {name: "" if value is None else value for name, value in fields.items() if value is not False}


def test_every_field_of_a_lesson_and_a_stage_is_in_its_form(content, as_maintainer):
    topic = as_maintainer.get(f"/admin/stages/topic/{content.topics['maps'].pk}/change/").context["adminform"].form
    # The slug is fixed, the place is changed where rows are put in order, and one box is about other topics.
    fields = {field.name for field in content_fields(Topic)}
    assert {*topic.fields, "slug", "position"} == fields | {"retire_replaced"}
    for model, row in [(Stage, content.first), (Track, content.other), (Resource, content.resource)]:
        form = as_maintainer.get(f"/admin/stages/{model._meta.model_name}/{row.pk}/change/").context["adminform"].form
        fields = {field.name for field in content_fields(model)}
        assert {*form.fields, "slug", "position"} == fields | {"slug", "position"}


@pytest.mark.parametrize("page", ["change/", "history/", "delete/", "arrange/"])
def test_what_instructors_compose_is_not_edited_here(content, as_maintainer, page):
    own = Track.objects.create(slug="own", title="An own track", summary="S.", private=True)
    section = own.sections.create(slug="start", title="An own section")
    for model, row in (("track", own), ("tracksection", section)):
        assert row.title not in as_maintainer.get(f"/admin/stages/{model}/").text
        assert as_maintainer.get(f"/admin/stages/{model}/{row.pk}/{page}").status_code in (302, 404)
    assert own.title not in as_maintainer.get("/admin/stages/track/arrange/").text
    assert as_maintainer.post(f"/admin/stages/track/{own.pk}/duplicate/").status_code == 404


@pytest.mark.parametrize("path", ["", "stages/", "stages/stage/", "stages/topic/", "stages/track/"])
def test_an_empty_database_says_how_a_roadmap_comes_into_it(db, as_maintainer, path):
    page = as_maintainer.get(f"/admin/{path}").text
    assert page.count("manage.py load_roadmap") == 1
    assert 'href="/admin/stages/stage/add/"' in page
    Stage.objects.create(slug="first", title="First", summary="F.")
    assert "manage.py load_roadmap" not in as_maintainer.get(f"/admin/{path}").text


def test_an_empty_database_says_nothing_of_it_to_who_has_nothing_to_do_with_it(db, as_outsider, outsider):
    outsider.is_staff = True
    outsider.save()
    assert "load_roadmap" not in as_outsider.get("/admin/").text


def test_each_box_of_a_row_says_what_it_is_and_of_which_row(content, as_maintainer):
    page = as_maintainer.get(f"/admin/stages/topic/{content.topics['maps'].pk}/change/").text
    assert 'aria-label="Why: Reading maps"' in page
    assert 'aria-label="Delete: Reading maps"' in page
    assert 'aria-label="Why: new"' in page
    page = as_maintainer.get(f"/admin/stages/track/{content.other.pk}/change/").text
    assert 'aria-label="Title: start"' in page
