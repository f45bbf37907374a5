"""The groups inside a cohort, and what is seen of them."""

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from progress.cohorts.audience import load_audiences
from progress.cohorts.learner_plans import plans_for
from progress.cohorts.models import Assignment, Cohort, Group
from progress.models import TopicProgress
from tests.cohorts.roster_pages import enrol_many, join, names, page_of, text_of
from tests.conftest import client_of, make_user


@pytest.fixture
def people(cohort, learner):
    """{first name: enrolment}"""
    join(cohort, "Ada", "Ben", "Cem")
    return {one.user.name.split()[0]: one for one in cohort.enrolments.select_related("user")}


@pytest.fixture
def evening(cohort, people):
    group = cohort.groups.create(name="Evening")
    group.members.add(people["Ada"], people["Ben"])
    return group


def path(group, verb=""):
    return f"/cohorts/{group.cohort_id}/groups/{group.pk}/{verb}"


def form_of(client, group):
    """What the form of a group would send, as it stands on the page."""
    form = client.get(path(group)).context["form"]
    return {
        "shown": form["shown"].value(),
        "shown_name": form["shown_name"].value(),
        "name": form["name"].value(),
        "members": form["members"].value(),
    }


def members(group):
    return {one.user.name.split()[0] for one in group.members.all()}


# --- Making, naming, filling --------------------------------------------------------------------------


def test_it_is_made_once(cohort, as_instructor):
    response = as_instructor.post(f"/cohorts/{cohort.pk}/groups/", {"name": "  Late   evening "}, follow=True)
    assert cohort.groups.get().name == "Late evening"
    assert "Late evening" in response.text
    for again in ("Late evening", "LATE EVENING"):
        response = as_instructor.post(f"/cohorts/{cohort.pk}/groups/", {"name": again})
        assert response.status_code == 400
        assert "This cohort already has a group with that name." in response.text
    assert cohort.groups.count() == 1


def test_another_cohort_may_have_the_same_name(cohort, instructor, as_instructor, evening):
    other = Cohort.objects.create(name="Another")
    other.instructors.add(instructor)
    assert as_instructor.post(f"/cohorts/{other.pk}/groups/", {"name": "Evening"}).status_code == 302


def test_learners_are_put_in_and_taken_out_and_said_twice_it_is_the_same(evening, people, as_instructor):
    sent = form_of(as_instructor, evening) | {"members": [people["Ben"].pk, people["Cem"].pk], "name": "Night"}
    for _again in range(2):
        assert as_instructor.post(path(evening), sent).status_code == 302
        evening.refresh_from_db()
        assert (members(evening), evening.name) == ({"Ben", "Cem"}, "Night")


def test_two_instructors_at_once_lose_nothing(evening, people, as_instructor):
    """Each has the page open; the second neither knows of the new name nor of who was put in and taken out."""
    first, second = (form_of(as_instructor, evening) for _tab in range(2))
    as_instructor.post(path(evening), first | {"members": [people["Ben"].pk, people["Cem"].pk], "name": "Night"})
    kept = second["members"]
    response = as_instructor.post(path(evening), second | {"members": [*kept, people["Lena"].pk]}, follow=True)
    evening.refresh_from_db()
    assert (members(evening), evening.name) == ({"Ben", "Cem", "Lena"}, "Night")
    assert "Somebody else changed this group meanwhile, and that stays, too: Ada, Cem." in response.text


def test_whoever_leaves_is_in_no_group_and_finds_it_again(cohort, evening, people, as_instructor):
    ada = people["Ada"].user
    cohort.leave(ada)
    assert "Ada" not in as_instructor.get(path(evening)).text
    assert "Ada" not in as_instructor.get(f"/cohorts/{cohort.pk}/groups/").text
    as_instructor.post(path(evening), form_of(as_instructor, evening))
    cohort.join(ada)
    assert "Ada" in as_instructor.get(f"/cohorts/{cohort.pk}/groups/").text
    assert load_audiences(cohort).groups_of(ada.pk) == ["Evening"]


@pytest.mark.parametrize("who", ["of another cohort", "gone", "9" * 30, "-1", "x"])
def test_nobody_else_is_put_in(cohort, evening, people, as_instructor, outsider, who):
    if who == "gone":
        cohort.leave(people["Cem"].user)
        who = people["Cem"].pk
    elif who == "of another cohort":
        other = Cohort.objects.create(name="Another")
        other.join(outsider)
        who = other.enrolments.get().pk
    sent = form_of(as_instructor, evening)
    response = as_instructor.post(path(evening), sent | {"members": [*sent["members"], who]})
    assert response.status_code == 400
    assert "Somebody whom you chose is not in this cohort now." in response.text
    assert members(evening) == {"Ada", "Ben"}


def test_what_was_shown_names_nobody_else(cohort, evening, people, as_instructor):
    """A made-up list takes nobody out of a group of another cohort, nor breaks the page."""
    other = Cohort.objects.create(name="Another").groups.create(name="Theirs")
    other.members.add(people["Cem"])  # which no form makes
    sent = form_of(as_instructor, evening) | {"shown": f"{people['Cem'].pk},x,{'9' * 40},,", "members": []}
    assert as_instructor.post(path(evening), sent).status_code == 302
    assert members(other) == {"Cem"}
    assert members(evening) == {"Ada", "Ben"}


# --- Deleting -----------------------------------------------------------------------------------------


def test_it_says_what_it_ends_before_it_is_deleted(cohort, evening, people, as_instructor, content):
    only, shared = cohort.assignments.get(), cohort.assignments.create(track=content.merged, to_everyone=False)
    Assignment.objects.update(to_everyone=False)
    for assignment in (only, shared):
        assignment.groups.add(evening)
    shared.picked.add(people["Ada"], people["Cem"])
    page = text_of(as_instructor.get(path(evening, "delete/")).text)
    assert "“Another way” goes to nobody else, so nobody has it then. It does not go to everyone." in page
    assert "“The roadmap”: 2 of 3 learners keep it." in page
    assert "Its 2 learners stay in the cohort, with every tick." in page
    assert Group.objects.exists()


def test_what_went_to_it_alone_goes_to_nobody(cohort, evening, people, as_instructor, learner):
    assignment = cohort.assignments.get()
    Assignment.objects.update(to_everyone=False)
    assignment.groups.add(evening)
    assert len(plans_for(people["Ada"].user)) == 1
    for _again in range(2):
        assert as_instructor.post(path(evening, "delete/")).status_code == 302
    assert not Group.objects.exists()
    for enrolment in people.values():
        assert plans_for(enrolment.user) == []
    for place in ("", "assign/", f"assignments/{assignment.pk}/"):
        assert "nobody has it now" in as_instructor.get(f"/cohorts/{cohort.pk}/{place}").text, place
    assert cohort.enrolments.current().count() == 4


# --- Seen ---------------------------------------------------------------------------------------------


def test_a_group_stands_beside_the_name(cohort, evening, as_instructor):
    page = page_of(cohort, as_instructor)
    assert page.text.count('<span class="group-names">Evening</span>') == 2
    lines = list(csv.reader(as_instructor.get(f"/cohorts/{cohort.pk}/standings.csv").text.splitlines()))
    assert [line[1] for line in lines] == ["Groups", "Evening", "Evening", "", ""]


def test_the_table_and_the_file_can_be_of_a_group(cohort, evening, as_instructor, content, people):
    TopicProgress.objects.record(people["Ada"].user, content.topics["maps"], "done")
    TopicProgress.objects.record(people["Cem"].user, content.topics["maps"], "done")
    page = page_of(cohort, as_instructor, f"?group={evening.pk}")
    assert [row.learner.name for row in page.context["rows"]] == ["Ada", "Ben"]
    words = text_of(page.text)
    assert "Evening , a group of a cohort of 4 learners: 2 learners" in words
    assert "0 done, 1 on the way, 1 not begun" in words
    lines = as_instructor.get(f"/cohorts/{cohort.pk}/standings.csv?group={evening.pk}").text.splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["Ada", "Ben"]
    # Every way on keeps the group.
    assert f'href="?group={evening.pk}&amp;sort=-name"' in page.text
    assert f'standings.csv?group={evening.pk}"' in page.text
    assert f'href="?group={evening.pk}&amp;stage=first"' in page.text


@pytest.mark.parametrize("statuses", [[], ["done"], ["learning", "done", "skipped", "done"]])
def test_the_summary_adds_up_to_the_heads(cohort, people, as_instructor, content, statuses):
    """Also with somebody who has nothing to do."""
    Assignment.objects.update(to_everyone=False)
    cohort.assignments.get().picked.set([people["Ada"], people["Ben"], people["Cem"]])
    for status, name in zip(statuses, ["Ada", "Ada", "Ben", "Cem"], strict=False):
        for slug in ("maps", "routes") if name == "Ada" else ("maps",):
            TopicProgress.objects.record(people[name].user, content.topics[slug], status)
    found = page_of(cohort, as_instructor).context["summary"]
    assert found.learners == found.done + found.in_progress + found.not_started + found.idle == 4
    assert found.idle == 1
    assert found.done == (1 if statuses else 0)


@pytest.mark.parametrize("pk", ["0", "x", "9" * 30, "another"])
def test_a_group_of_another_cohort_is_not_there(cohort, evening, as_instructor, pk):
    if pk == "another":
        pk = Cohort.objects.create(name="Another").groups.create(name="Theirs").pk
        assert as_instructor.get(f"/cohorts/{cohort.pk}/groups/{pk}/").status_code == 404
        assert as_instructor.post(f"/cohorts/{cohort.pk}/groups/{pk}/delete/").status_code == 302
        assert Group.objects.filter(pk=pk).exists()
    assert as_instructor.get(f"/cohorts/{cohort.pk}/?group={pk}").status_code == 404
    assert as_instructor.get(f"/cohorts/{cohort.pk}/standings.csv?group={pk}").status_code == 404


def test_an_empty_group_says_so(cohort, people, as_instructor):
    empty = cohort.groups.create(name="Nobody yet")
    assert "Nobody is in Nobody yet now." in as_instructor.get(f"/cohorts/{cohort.pk}/?group={empty.pk}").text
    assert names(page_of(cohort, as_instructor)) == ["Ada", "Ben", "Cem", "Lena Learner"]


# --- Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["", "delete/"])
def test_an_archived_cohort_is_read_only(cohort, evening, people, as_instructor, verb):
    sent = form_of(as_instructor, evening) | {"members": [], "name": "Night"}
    cohort.archive()
    assert as_instructor.post(path(evening, verb), sent).status_code == 403
    assert as_instructor.post(f"/cohorts/{cohort.pk}/groups/", {"name": "New"}).status_code == 403
    evening.refresh_from_db()
    assert (members(evening), evening.name, Group.objects.count()) == ({"Ada", "Ben"}, "Evening", 1)
    for place in (path(evening, verb), f"/cohorts/{cohort.pk}/groups/"):
        page = as_instructor.get(place)
        assert page.status_code == 200
        assert '<form method="post">' not in page.text
        assert "novalidate" not in page.text


@pytest.mark.parametrize("verb", ["", "delete/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_peoples_groups_are_not_there(cohort, evening, learner, outsider, maintainer, verb, method):
    former = make_user("Fred Former")
    cohort.instructors.add(former)
    cohort.instructors.remove(former)
    for person in (learner, outsider, maintainer, former):
        for place in (path(evening, verb), f"/cohorts/{cohort.pk}/groups/"):
            assert getattr(client_of(person), method)(place, {"name": "Mine", "members": []}).status_code == 404
    evening.refresh_from_db()
    assert (members(evening), evening.name, Group.objects.count()) == ({"Ada", "Ben"}, "Evening", 1)


@pytest.mark.parametrize("size", [1, 40])
def test_whom_is_one_query_whatever_the_size(cohort, content, size):
    enrol_many(cohort, size)
    for number in range(size):
        group = cohort.groups.create(name=f"Group {number}")
        group.members.set(cohort.enrolments.all())
        cohort.assignments.get().groups.add(group)
    with CaptureQueriesContext(connection) as captured:
        found = load_audiences(cohort)
    assert len(captured) == 1
    assert len(found.group_members) == size
    assert {len(learners) for learners in found.group_members.values()} == {size + 1}
