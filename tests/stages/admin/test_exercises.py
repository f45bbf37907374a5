"""Exercises in the admin: edited as the files have them, refused where they contradict themselves, and kept apart."""

import pytest
from django.db import connection

from progress.models import Attempt, TopicProgress
from stages.editing.duplicate import duplicate_stage
from stages.fixture_io import files, snapshot
from stages.models import Exercise, Revision, State
from tests.content import ADDS, CHECKS, DOUBLE, make_exercise
from tests.stages.admin.test_workflow import act
from tests.stages.revisions.test_edit_conflicts import CHANGED, as_colleague, opened, path_of, save
from tests.stages.revisions.test_recorder import filled_in, put_back

__all__ = ["as_colleague"]  # a fixture
GIVEN = '```python title="numbers.py"\nONE = 1\n```'
ANSWERS = f"- title: Adds two\n  says: Five does not\n  files: |-\n    {ADDS.replace(chr(10), chr(10) + '    ')}\n"


@pytest.fixture
def exercise(content):
    return make_exercise(content.topics["maps"], position=1)


def refused(client, row, **changes):
    """{field: what is said of it} when a form with some values changed is sent."""
    page = client.post(path_of(row), filled_in(client.get(path_of(row))) | changes)
    assert page.status_code == 200, "it was saved"
    return {name: " ".join(errors) for name, errors in page.context["adminform"].form.errors.items()}


def test_a_form_that_nobody_touched_changes_nothing(exercise, as_maintainer):
    before = files(snapshot())
    assert save(as_maintainer, exercise, opened(as_maintainer, exercise)).status_code == 302
    assert files(snapshot()) == before
    assert not Revision.objects.exists()


def test_a_new_one_is_a_draft_and_comes_last_in_its_topic(exercise, as_maintainer):
    path = f"/admin/stages/exercise/add/?topic={exercise.topic_id}"
    sent = {"title": "Half", "slug": "half", "task": "Halve it.", "files": DOUBLE.format("0"), "checks": CHECKS}
    sent |= {"solution": DOUBLE.format("1"), "hints": "One\nTwo", "wrong_answers": ANSWERS.replace("\n", "\r\n")}
    answer = as_maintainer.post(path, filled_in(as_maintainer.get(path)) | sent)
    assert answer.status_code == 302, answer.context["errors"]
    half = Exercise.objects.get(slug="half")
    assert (half.topic, half.position, half.state, half.hints) == (exercise.topic, 2, State.DRAFT, ["One", "Two"])
    assert half.wrong_answers == [{"title": "Adds two", "says": "Five does not", "files": ADDS}]


def test_wrong_answers_are_typed_as_the_files_have_them(exercise, as_maintainer):
    page = as_maintainer.get(path_of(exercise))
    written = page.context["adminform"].form["wrong_answers"].value()
    assert written in files(snapshot())["stage-exercises-01-first.yaml"].replace("\n    ", "\n")
    assert "number + 2\n" in written


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"files": "words"}, {"files": "line 1: a file begins with"}),
        ({"given": "words", "files": "words"}, {"given": "line 1: a file", "files": "line 1: a file"}),
        ({"given": DOUBLE.format("1")}, {"given": "“double.py” is a starter file as well."}),
        ({"solution": GIVEN}, {"solution": "“numbers.py” is none of the starter files."}),
        ({"checks": GIVEN}, {"checks": "there is no test"}),
        ({"wrong_answers": "- title: [x"}, {"wrong_answers": "this is not valid YAML:"}),
        ({"wrong_answers": "- &a [*a]"}, {"wrong_answers": "what an alias (*name) stands for has to be written out"}),
        ({"wrong_answers": "[" * 5000}, {"wrong_answers": "not valid YAML"}),
        ({"wrong_answers": "[" * 900 + "]" * 900}, {"wrong_answers": "Wrong answer 1: give a title"}),
        ({"wrong_answers": "a\x07"}, {"wrong_answers": "not valid YAML"}),
        ({"wrong_answers": "words"}, {"wrong_answers": "Give a list of wrong answers, each with title, says and"}),
        ({"wrong_answers": "- 2026-01-01"}, {"wrong_answers": "Wrong answer 1: give a title"}),
        ({"wrong_answers": ANSWERS + "- title: x"}, {"wrong_answers": "Wrong answer 2: give a title"}),
        (
            {"wrong_answers": ANSWERS.replace("double.py", "numbers.py")},
            {"wrong_answers": "none of the starter files"},
        ),
    ],
)
def test_what_is_wrong_with_it_is_said_beside_it(exercise, as_maintainer, changes, says):
    found = refused(as_maintainer, exercise, **changes)
    assert found.keys() == says.keys()
    for name, words in says.items():
        assert words in found[name]


def test_one_that_moves_comes_last_in_its_new_topic(exercise, content, as_maintainer):
    make_exercise(content.topics["boots"], "other", position=7)
    sent = opened(as_maintainer, exercise)
    assert save(as_maintainer, exercise, sent, topic=content.topics["boots"].pk).status_code == 302
    exercise.refresh_from_db()
    assert (exercise.topic, exercise.position) == (content.topics["boots"], 8)


def test_those_of_a_topic_are_put_in_order(exercise, content, as_maintainer):
    other = make_exercise(exercise.topic, "other", title="Another one", position=2)
    make_exercise(content.topics["boots"], "elsewhere", title="Elsewhere")
    path = f"/admin/stages/topic/{exercise.topic_id}/arrange-exercises/"
    for row in (exercise, exercise.topic):
        assert f'href="{path}"' in as_maintainer.get(path_of(row)).text
    page = as_maintainer.get(path).text
    assert "Another one" in page
    assert "Elsewhere" not in page
    page = as_maintainer.post(path, {"move": f"{other.pk}:"}, follow=True).text
    assert "“Another one” comes first now." in page
    assert [row.slug for row in exercise.topic.exercises.all()] == ["other", "double"]


def test_states_are_actions_and_change_nobodys_numbers(exercise, as_maintainer, learner, client):
    """The page that says whose percentages change does not come between: an exercise is no part of any."""
    TopicProgress.objects.record(learner, exercise.topic, "done")
    Attempt.objects.create(user=learner, exercise=exercise, files={}, shown_files={"double.py": "x"})
    for action, said in [("retire", "1 exercise retired."), ("make_draft", "made drafts"), ("publish", "published.")]:
        assert said in act(as_maintainer, "exercise", action, exercise).text
        assert (client.get(exercise.get_absolute_url()).status_code == 200) == (action == "publish")
    assert Attempt.objects.count() == 1


def test_neither_goes_while_somebody_needs_it(exercise, as_maintainer, learner):
    page = as_maintainer.get(f"/admin/stages/topic/{exercise.topic_id}/delete/").text
    assert "1 exercise belongs to it." in page
    attempt = Attempt.objects.create(user=learner, exercise=exercise, files={"double.py": "x"})
    path = f"/admin/stages/exercise/{exercise.pk}/delete/"
    assert "1 person has files there." in as_maintainer.get(path).text
    as_maintainer.post(path, {"post": "yes"})
    assert Exercise.objects.exists()
    attempt.delete()
    as_maintainer.post(path, {"post": "yes"})
    assert not Exercise.objects.exists()


# --- Its history ---


def test_what_changed_is_shown_and_put_back(exercise, as_maintainer):
    sent = opened(as_maintainer, exercise)
    changes = {"task": "Write it.", "wrong_answers": "", "solution": DOUBLE.format("2 * number")}
    assert save(as_maintainer, exercise, sent, **changes).status_code == 302
    revision = Revision.objects.get()
    assert sorted(revision.changed_fields()) == ["solution", "task", "wrong_answers"]
    page = as_maintainer.get(f"/admin/stages/exercise/{exercise.pk}/history/").text
    assert "Adds two · Five does not become ten" in page
    assert "    return number + 2" in page
    put_back(as_maintainer, revision)
    row = Exercise.objects.get()
    assert (row.task, row.solution, row.wrong_answers) == (exercise.task, exercise.solution, exercise.wrong_answers)
    assert "<code>double(number)</code>" in row.task_html


def test_two_people_change_two_fields_and_both_are_kept(exercise, as_maintainer, as_colleague):
    mine, theirs = opened(as_maintainer, exercise), opened(as_colleague, exercise)
    assert save(as_colleague, exercise, theirs, wrong_answers=ANSWERS).status_code == 302
    assert save(as_maintainer, exercise, mine, title="Two times").status_code == 302
    exercise.refresh_from_db()
    assert (exercise.title, exercise.wrong_answers[0]["says"]) == ("Two times", "Five does not")


def test_who_changes_the_same_sees_what_came_in_between(exercise, as_maintainer, as_colleague):
    mine, theirs = opened(as_maintainer, exercise), opened(as_colleague, exercise)
    save(as_colleague, exercise, theirs, wrong_answers="")
    page = save(as_maintainer, exercise, mine, wrong_answers=ANSWERS)
    assert CHANGED in page.text
    assert page.context["adminform"].form["wrong_answers"].value() == ANSWERS


def test_a_deleted_one_can_be_put_back_whole(exercise, as_maintainer):
    before = files(snapshot())
    as_maintainer.post(f"/admin/stages/exercise/{exercise.pk}/delete/", {"post": "yes"})
    put_back(as_maintainer, Revision.objects.get())
    assert files(snapshot()) == before


def test_the_order_of_the_keys_is_that_of_the_files_whatever_the_database_keeps(exercise):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE stages_exercise SET wrong_answers = %s", ['[{"files": "", "says": "b", "title": "a"}]'])
    assert [[*answer] for answer in Exercise.objects.get().wrong_answers] == [["title", "says", "files"]]


# --- As learners see it ---


def test_a_draft_is_seen_as_it_will_be_and_keeps_nothing(exercise, as_maintainer, client):
    Exercise.objects.update(state=State.DRAFT)
    page = as_maintainer.get("/practice/double/as-learner/").text
    assert "Learners cannot see this page yet." in page
    assert "Twice as much" in page
    assert "keep.js" not in page
    assert client.get("/practice/double/").status_code == 404
    assert "Twice as much" in as_maintainer.get("/topics/maps/as-learner/").text
    assert "Twice as much" not in client.get("/topics/maps/").text
    Exercise.objects.update(state=State.RETIRED)
    assert "Twice as much" not in as_maintainer.get("/topics/maps/as-learner/").text


def test_a_copy_of_a_stage_has_copies_of_its_exercises(exercise, content):
    make_exercise(content.topics["maps"], "old", state=State.RETIRED)
    duplicate_stage(content.first)
    copy = Exercise.objects.get(slug="double-2")
    assert (copy.topic.slug, copy.state, copy.title, copy.position) == ("maps-2", State.DRAFT, exercise.title, 1)
    assert (copy.checks, copy.wrong_answers, copy.task_html) == (
        exercise.checks,
        exercise.wrong_answers,
        exercise.task_html,
    )
    assert Exercise.objects.count() == 3


def test_topics_without_one_are_found(exercise, as_maintainer):
    rows = as_maintainer.get("/admin/stages/topic/?wants=exercises").context["cl"].queryset
    assert {topic.slug for topic in rows} == {"boots", "snacks", "routes", "weather"}
