"""For whom an assignment is, its dates by hand, and taking edits of its track over."""

from datetime import date

import pytest
from django.utils import timezone

from progress.cohorts.agreed import agree, digest_of
from progress.cohorts.assigned import assigned_to
from progress.cohorts.changed import forms_now, news_of
from progress.cohorts.models import Assignment, Cohort, Extension
from progress.cohorts.seen import see
from progress.cohorts.whom import whom_of
from progress.models import TopicProgress
from stages.models import State, Topic, Track
from stages.outline import outline_of_stages, outline_of_track
from tests.cohorts.seeing import join, text_of
from tests.conftest import client_of, make_user
from tests.progress.test_one_number import bars


@pytest.fixture
def people(cohort, learner):
    """{first name: enrolment}"""
    join(cohort, "Ada", "Ben")
    return {one.user.name.split()[0]: one for one in cohort.enrolments.select_related("user")}


@pytest.fixture
def assignment(cohort):
    return cohort.assignments.get()


@pytest.fixture
def evening(cohort, people):
    group = cohort.groups.create(name="Evening")
    group.members.add(people["Ada"])
    return group


def path(assignment, verb=""):
    return f"/cohorts/{assignment.cohort_id}/assignments/{assignment.pk}/{verb}"


def page_of(assignment, client):
    response = client.get(path(assignment))
    assert response.status_code == 200
    return response


def shown_in(assignment, client):
    return page_of(assignment, client).context["whom_form"]["shown"].value()


def who_has(assignment, people):
    return {name for name, one in people.items() if any(p.assignment == assignment for p in assigned_to(one.user))}


# --- For whom -----------------------------------------------------------------------------------------


def test_a_new_track_goes_to_some(cohort, people, evening, as_instructor, content):
    sent = {"track": content.merged.pk, "to_everyone": "False", "groups": [evening.pk], "picked": [people["Ben"].pk]}
    response = as_instructor.post(f"/cohorts/{cohort.pk}/assign/", sent, follow=True)
    made = cohort.assignments.get(track=content.merged)
    assert who_has(made, people) == {"Ada", "Ben"}
    for place in ("", "assign/", f"assignments/{made.pk}/"):
        assert "for Evening and 1 picked learner" in as_instructor.get(f"/cohorts/{cohort.pk}/{place}").text, place
    assert "for the whole cohort" in as_instructor.get(f"/cohorts/{cohort.pk}/assign/").text
    assert response.status_code == 200


def test_some_means_somebody(cohort, assignment, as_instructor, content):
    for place, sent in [
        (f"/cohorts/{cohort.pk}/assign/", {"track": content.merged.pk}),
        (
            path(assignment, "whom/"),
            {"shown": shown_in(assignment, as_instructor)},
        ),
    ]:
        response = as_instructor.post(place, sent | {"to_everyone": "False"})
        assert response.status_code == 400
        assert 'id="whom_error"' in response.text
        assert "Choose a group or a learner, or the whole cohort." in response.text
    assert list(Assignment.objects.values_list("to_everyone", flat=True)) == [True]


@pytest.mark.parametrize("field", ["groups", "picked"])
@pytest.mark.parametrize("value", ["another", "left", "9" * 30, "x"])
def test_what_is_not_of_this_cohort_is_refused(
    cohort, assignment, people, evening, as_instructor, content, field, value
):
    other = Cohort.objects.create(name="Another")
    other.join(make_user("Olga Other"))
    if value == "another":
        value = {"groups": other.groups.create(name="Theirs"), "picked": other.enrolments.get()}[field].pk
    elif value == "left":
        value = {"groups": evening, "picked": people["Ben"]}[field].pk
        cohort.leave(people["Ben"].user)
        evening.delete()
    sent = {"to_everyone": "False", "groups": [], "picked": [people["Ada"].pk]}
    sent[field] = [*sent[field], value]
    for place, more in (
        (f"/cohorts/{cohort.pk}/assign/", {"track": content.merged.pk}),
        (path(assignment, "whom/"), {}),
    ):
        response = as_instructor.post(place, sent | more)
        assert response.status_code == 400
        assert f'id="{field}_error"' in response.text
    assert cohort.assignments.get().to_everyone


def test_it_is_changed_and_said_twice_it_is_the_same(assignment, people, evening, as_instructor):
    shown = shown_in(assignment, as_instructor)
    sent = {"shown": shown, "to_everyone": "False", "groups": [evening.pk], "picked": [people["Lena"].pk]}
    for _again in range(2):
        response = as_instructor.post(path(assignment, "whom/"), sent, follow=True)
        assert "Saved: it is for Evening and 1 picked learner." in response.text
        assert who_has(assignment, people) == {"Ada", "Lena"}
    shown = shown_in(assignment, as_instructor)
    as_instructor.post(path(assignment, "whom/"), sent | {"shown": shown, "to_everyone": "True"})
    assert who_has(assignment, people) == {"Ada", "Ben", "Lena"}
    assert not assignment.groups.exists()


def test_an_old_tab_does_not_undo_what_another_said(assignment, people, evening, as_instructor):
    shown = shown_in(assignment, as_instructor)
    sent = {"shown": shown, "to_everyone": "False"}
    as_instructor.post(path(assignment, "whom/"), sent | {"groups": [evening.pk]})
    response = as_instructor.post(path(assignment, "whom/"), sent | {"picked": [people["Ben"].pk]}, follow=True)
    assert "Nothing was saved: somebody changed it since you opened the page." in response.text
    assert who_has(assignment, people) == {"Ada"}


def test_who_left_was_picked_still_and_finds_it_again(cohort, assignment, people, as_instructor):
    Assignment.objects.update(to_everyone=False)
    assignment.picked.set([people["Ada"], people["Ben"]])
    cohort.leave(people["Ben"].user)
    page = page_of(assignment, as_instructor)
    assert "for 1 picked learner" in page.text
    sent = {"shown": page.context["whom_form"]["shown"].value(), "to_everyone": "False"}
    as_instructor.post(path(assignment, "whom/"), sent | {"picked": [people["Ada"].pk, people["Lena"].pk]})
    assert who_has(assignment, people) == {"Ada", "Lena"}
    cohort.join(people["Ben"].user)
    assert who_has(assignment, people) == {"Ada", "Ben", "Lena"}


def test_it_says_who_has_it_with_a_group_already(assignment, people, evening, as_instructor):
    said = f'<span class="hint" data-group="{evening.pk}" hidden>has it with Evening</span>'
    assert said in page_of(assignment, as_instructor).text
    Assignment.objects.update(to_everyone=False)
    assignment.groups.add(evening)
    assert said.replace(" hidden", "") in page_of(assignment, as_instructor).text


# --- The rhythm by hand -------------------------------------------------------------------------------


@pytest.fixture
def dated(assignment):
    """Worked out, its sections are due on 8 and 11 March."""
    Assignment.objects.update(starts=date(2026, 3, 2), due=date(2026, 3, 11))
    assignment.cohort.enrolments.update(joined_at=timezone.make_aware(timezone.datetime(2026, 1, 1)))
    assignment.refresh_from_db()
    return assignment


def days_of(assignment, client):
    """What the form of the rhythm would send, as it stands on the page."""
    form = page_of(assignment, client).context["rhythm_form"]
    return {"shown": form["shown"].value()} | {
        field.html_name: field.value() and str(field.value()) for _section, field, *_rest in form.rows
    }


def test_a_date_is_set_by_hand_and_only_that_is_kept(dated, as_instructor, learner, as_learner, content):
    sent = days_of(dated, as_instructor)
    assert (sent["day-start"], sent["day-finish"]) == ("2026-03-08", "2026-03-11")
    for _again in range(2):
        response = as_instructor.post(path(dated, "rhythm/"), sent | {"day-start": "2026-03-05"}, follow=True)
        assert "Learners see these dates from now on." in response.text
        dated.refresh_from_db()
        assert dated.section_dates == {"start": "2026-03-05"}
    assert "By hand; worked out it is Sun, March 8." in response.text
    # The learner's pages have it: topics of both sections are due with the first.
    assert assigned_to(learner)[0].dates == [date(2026, 3, 5), date(2026, 3, 11)]
    assert "Thu, March 5" in as_learner.get("/topics/maps/").text
    assert "Thu, March 5" in as_learner.get("/me/").text
    # Written back by hand, it is not by hand.
    as_instructor.post(path(dated, "rhythm/"), days_of(dated, as_instructor) | {"day-start": "2026-03-08"})
    dated.refresh_from_db()
    assert dated.section_dates == {}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"as_computed": "day-start"}, {"finish": "2026-03-10"}),
        ({"as_computed": "all"}, {}),
        ({"as_computed": "day-nothing"}, {"start": "2026-03-05", "finish": "2026-03-10"}),
        ({"day-start": "", "day-finish": "2026-03-10"}, {"finish": "2026-03-10"}),
        ({"day-start": "", "day-finish": ""}, {}),
    ],
)
def test_a_date_is_worked_out_again(dated, as_instructor, sent, kept):
    Assignment.objects.update(section_dates={"start": "2026-03-05", "finish": "2026-03-10"})
    shown = days_of(dated, as_instructor)["shown"]
    for _again in range(2):
        assert as_instructor.post(path(dated, "rhythm/"), {"shown": shown, **sent}).status_code == 302
        dated.refresh_from_db()
        assert dated.section_dates == kept


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-03-12", "Everything is due on March 11, 2026, so this cannot be later."),
        ("2026-03-01", "It starts on March 2, 2026, so this cannot be due earlier."),
        ("soon", "Enter a valid date."),
    ],
)
def test_a_date_out_of_bounds_is_refused_beside_its_field(dated, as_instructor, day, says):
    sent = days_of(dated, as_instructor)
    response = as_instructor.post(path(dated, "rhythm/"), sent | {"day-start": day})
    assert response.status_code == 400
    assert says in response.text
    assert 'aria-invalid="true"' in response.text
    assert f'value="{day}"' in response.text  # what was typed is not lost
    dated.refresh_from_db()
    assert dated.section_dates == {}


def test_a_section_may_be_due_before_an_earlier_one_and_the_page_says_so(dated, as_instructor):
    said = "Due before the section above it."
    assert said not in page_of(dated, as_instructor).text
    as_instructor.post(path(dated, "rhythm/"), days_of(dated, as_instructor) | {"day-finish": "2026-03-04"})
    dated.refresh_from_db()
    assert dated.section_dates == {"finish": "2026-03-04"}
    assert page_of(dated, as_instructor).text.count(said) == 1


def test_it_stays_by_hand_when_the_due_date_moves_and_comes_back(dated, as_instructor, learner):
    Assignment.objects.update(section_dates={"start": "2026-03-10"})
    as_instructor.post(path(dated), {"starts": "2026-03-02", "due": "2026-03-07", "required": "on"})
    assert assigned_to(learner)[0].dates == [date(2026, 3, 7), date(2026, 3, 7)]
    assert "By hand" in page_of(dated, as_instructor).text
    as_instructor.post(path(dated, "rhythm/"), days_of(dated, as_instructor))  # saved as it stands
    as_instructor.post(path(dated), {"starts": "2026-03-02", "due": "2026-03-20", "required": "on"})
    assert assigned_to(learner)[0].dates[0] == date(2026, 3, 10)


def test_an_old_tab_does_not_set_dates_of_before(dated, as_instructor):
    """Otherwise what was worked out then would be by hand now."""
    old = days_of(dated, as_instructor)
    as_instructor.post(path(dated), {"starts": "2026-03-02", "due": "2026-03-21", "required": "on"})
    response = as_instructor.post(path(dated, "rhythm/"), old, follow=True)
    assert "Nothing was saved: somebody changed it since you opened the page." in response.text
    dated.refresh_from_db()
    assert dated.section_dates == {}


def test_without_a_due_date_there_is_nothing_to_set(assignment, as_instructor):
    assert "Save the rhythm" not in page_of(assignment, as_instructor).text
    response = as_instructor.post(path(assignment, "rhythm/"), {"day-start": "2026-03-05"}, follow=True)
    assert "It has no due date now" in response.text


def test_who_has_longer_has_own_dates_on_the_page(dated, as_instructor, learner):
    Extension.objects.create(assignment=dated, user=learner, due=date(2026, 3, 21))
    page = text_of(page_of(dated, as_instructor).text)
    own = assigned_to(learner)[0].dates
    assert own == [date(2026, 3, 15), date(2026, 3, 21)]
    assert "Sections from March 15 to March 21" in page
    assert "March 15: Start March 21: Finish" in page


# --- What changed -------------------------------------------------------------------------------------


@pytest.fixture
def edited(content, assignment, people):
    """Weather more, maps less, snacks required; and Lena has done maps, Ada maps and routes."""
    for name, slugs in (("Lena", ["maps"]), ("Ada", ["maps", "routes"])):
        for slug in slugs:
            TopicProgress.objects.record(people[name].user, content.topics[slug], "done")
    start, finish = content.other.sections.all()
    start.places.create(topic=content.topics["weather"], position=9)
    start.places.filter(topic=content.topics["maps"]).delete()
    finish.places.filter(topic=content.topics["snacks"]).update(required=True)
    return assignment


@pytest.mark.parametrize("track", ["merged", "other"])
def test_the_form_of_now_is_what_would_be_agreed_on(content, track):
    for slug in ("routes", "snacks"):
        Topic.objects.filter(slug=slug).update(position=0)
    track = getattr(content, track)
    assert forms_now([content.merged, content.other], outline_of_stages())[track.pk] == agree(outline_of_track(track))


def test_an_unchanged_track_says_nothing(cohort, assignment, as_instructor):
    for place in ("", "assign/", f"assignments/{assignment.pk}/"):
        assert "has changed since" not in as_instructor.get(f"/cohorts/{cohort.pk}/{place}").text


def test_every_list_says_what_changed(cohort, edited, as_instructor):
    for place in ("", "assign/"):
        page = as_instructor.get(f"/cohorts/{cohort.pk}/{place}").text
        assert "The track has changed since: 1 topic more, 1 less, 1 required now" in page
        assert f"/assignments/{edited.pk}/#changes" in page
    page = text_of(page_of(edited, as_instructor).text)
    assert "More Weather Less Maps Required now Snacks" in page
    # Ada and Lena have half and less; nobody gains: 50, 100 and 0 become 0, 33 and 0.
    assert "Half of the learners have 50 % of it or more; then it is 0 % ." in page
    assert "rises for 0, falls for 2, and stays for 1." in page


def test_what_was_foretold_is_what_comes(cohort, edited, people, as_instructor):
    news = news_of(
        edited, forms_now([edited.track], outline_of_stages())[edited.track_id], outline_of_stages(), whom_of(cohort)
    )
    foretold = {effect.name: effect for effect in news.effects}
    before = {name: bars_of(cohort, one, as_instructor) for name, one in people.items()}
    as_instructor.post(path(edited, "take-over/"), {"shown": news.digest})
    for name, one in people.items():
        effect = foretold[one.user.name]
        assert before[name] == triple(effect.before)
        assert bars_of(cohort, one, as_instructor) == triple(effect.after)
        assert bars(client_of(one.user).get("/me/").text)[f"assignment-{edited.pk}"] == triple(effect.after)
    assert {name: triple(effect.after) for name, effect in foretold.items()} == {
        "Ada": (1, 3, 33),
        "Ben": (0, 3, 0),
        "Lena Learner": (0, 3, 0),
    }


def triple(measured):
    return measured.done, measured.total, measured.percentage


def bars_of(cohort, enrolment, client):
    found = bars(client.get(f"/cohorts/{cohort.pk}/learners/{enrolment.user_id}/").text)
    return found[f"assignment-{cohort.assignments.get(track__slug='other').pk}"]


def test_it_is_taken_over_when_the_instructor_says_so(cohort, edited, as_instructor, people, content):
    shown = page_of(edited, as_instructor).context["news"].digest
    for _again in range(2):
        response = as_instructor.post(path(edited, "take-over/"), {"shown": shown}, follow=True)
        assert "The cohort follows the track as it is now." in response.text
        edited.refresh_from_db()
        assert edited.form == agree(outline_of_track(content.other))
    assert "has changed since" not in response.text
    assert people["Lena"].user.standings.get().status == "done"


@pytest.mark.parametrize("shown", ["old", "", "made up"])
def test_nothing_is_taken_over_that_was_not_shown(edited, as_instructor, content, shown):
    if shown == "old":
        shown = page_of(edited, as_instructor).context["news"].digest
        content.other.sections.first().places.create(topic=content.topics["boots"])
    form = edited.form
    response = as_instructor.post(path(edited, "take-over/"), {"shown": shown}, follow=True)
    assert "The track has changed again, so nothing was taken over." in response.text
    edited.refresh_from_db()
    assert edited.form == form
    assert digest_of(agree(outline_of_track(content.other))) in response.text  # what can be taken over now


def test_only_those_who_have_it_are_counted(edited, people, as_instructor):
    Assignment.objects.update(to_everyone=False)
    assert "Nobody has it now, so no number changes." in page_of(edited, as_instructor).text
    edited.picked.add(people["Ada"])
    assert "falls for 1, and stays for 0." in page_of(edited, as_instructor).text


def test_a_retired_topic_and_its_replacement_are_named(cohort, assignment, content, as_instructor):
    Topic.objects.filter(slug__in=["maps", "snacks"]).update(state=State.RETIRED)
    content.topics["weather"].replaces = ["maps"]
    content.topics["weather"].save()
    content.other.sections.first().places.create(topic=content.topics["weather"])
    page = text_of(page_of(assignment, as_instructor).text)
    assert "Replaced “Maps” was replaced by “Weather” Less Snacks retired, so it counts nowhere already" in page


def test_a_merge_and_a_split_are_named(assignment, content, as_instructor):
    Topic.objects.filter(slug="maps").update(state=State.RETIRED)
    for slug in ("weather", "boots"):
        Topic.objects.filter(slug=slug).update(replaces=["maps"])
        content.other.sections.first().places.create(topic=content.topics[slug], position=5)
    assert "“Maps” was split into “Weather” and “Boots”" in text_of(page_of(assignment, as_instructor).text).replace(
        "“Boots” and “Weather”", "“Weather” and “Boots”"
    )
    Topic.objects.filter(slug="snacks").update(state=State.RETIRED)
    Topic.objects.filter(slug="boots").update(replaces=[])
    Topic.objects.filter(slug="weather").update(replaces=["maps", "snacks"])
    assert "“Maps” and “Snacks” were merged into “Weather”" in text_of(page_of(assignment, as_instructor).text)


@pytest.mark.parametrize("state", [State.DRAFT, State.RETIRED])
def test_a_track_that_is_not_published_says_that_nobody_sees_it(cohort, assignment, as_instructor, learner, state):
    Track.objects.filter(pk=assignment.track_id).update(state=state)
    for place in ("assign/", f"assignments/{assignment.pk}/"):
        assert "not published, so learners do not see it" in as_instructor.get(f"/cohorts/{cohort.pk}/{place}").text
    assert assigned_to(learner) == []


# --- Who may ------------------------------------------------------------------------------------------

VERBS = ["whom/", "rhythm/", "take-over/"]


def wanted(assignment, verb, people, client):
    """A form that would change something."""
    if verb == "whom/":
        shown = shown_in(assignment, client)
        return {"shown": shown, "to_everyone": "False", "picked": [people["Ada"].pk]}
    if verb == "rhythm/":
        return days_of(assignment, client) | {"day-start": "2026-03-05"}
    return {"shown": page_of(assignment, client).context["news"].digest}


def state_of(assignment):
    return Assignment.objects.values_list("to_everyone", "section_dates", "form").get(pk=assignment.pk)


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_changes_it(cohort, edited, dated, people, learner, outsider, maintainer, as_instructor, verb):
    sent, before = wanted(edited, verb, people, as_instructor), state_of(edited)
    former, another = make_user("Fred Former"), make_user("Ida Instructor")
    cohort.instructors.add(former)
    cohort.instructors.remove(former)
    Cohort.objects.create(name="Another").instructors.add(another)
    for person in (learner, outsider, maintainer, former, another):
        assert client_of(person).post(path(edited, verb), sent).status_code == 404
    own = Cohort.objects.create(name="A second one")
    own.instructors.set(cohort.instructors.all())
    assert as_instructor.post(f"/cohorts/{own.pk}/assignments/{edited.pk}/{verb}", sent).status_code == 404
    cohort.archive()
    assert as_instructor.post(path(edited, verb), sent).status_code == 403
    assert state_of(edited) == before
    assert "novalidate" not in page_of(edited, as_instructor).text
    assert "Take it over" not in page_of(edited, as_instructor).text
    cohort.archive(wanted=False)
    assert as_instructor.post(path(edited, verb), sent).status_code == 302
    assert state_of(edited) != before


def test_an_assignment_to_nobody_does_not_reach_anybody_on_the_instructors_side(cohort, assignment, people, evening):
    Assignment.objects.update(to_everyone=False)
    assignment.groups.add(evening)
    assert [len(found.plans) for found in see(cohort).learners].count(1) == 1
    evening.delete()
    assert not any(found.plans for found in see(cohort).learners)
