"""Exercises are content: read from the files with their mistakes named, merged, retired, dumped, and published."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from stages.content import current_content
from stages.fixture_io import FixtureError, files, read, snapshot
from stages.models import Exercise, Revision, Stage, State, Topic
from stages.sync.load import load
from tests.content import ADDS, CHECKS, DOUBLE, make_exercise, stage, topic, write_files

GIVEN = '```python title="numbers.py"\nONE = 1\n```'


def exercise(slug="double", topic="maps", **fields):
    usual = {
        "title": "Twice as much",
        "task": "Write `double(number)`.\n\nIt is a line.",
        "files": DOUBLE.format("None"),
        "checks": CHECKS,
        "hints": ["Add it to itself.", "Or multiply."],
        "solution": DOUBLE.format("number + number"),
        "wrong_answers": [{"title": "Adds two", "says": "Five does not", "files": ADDS}],
    }
    return {"model": "stages.exercise", "fields": {"slug": slug, "topic": [topic], **usual, **fields}}


def answer(**changes):
    return [{"title": "Adds two", "says": "Five does not", "files": ADDS, **changes}]


# --- In the files ---


def test_the_files_are_dumped_as_they_were_loaded(db, tmp_path):
    entries = [stage(position=1), topic("maps"), exercise(given=GIVEN, kind="repair", position=3), exercise("twice")]
    load(write_files(tmp_path / "first", *entries))
    written = files(snapshot())
    assert [*written] == ["stage-01-first.yaml", "stage-exercises-01-first.yaml"]
    text = written["stage-exercises-01-first.yaml"]
    entry = text[text.index("    slug: double") :]
    names = ["slug", "topic", "position", "title", "kind", "task", "given", "files", "checks", "hints", "solution"]
    places = [entry.index(f"    {name}:") for name in [*names, "wrong_answers"]]
    assert places == sorted(places)
    assert "    - title: Adds two\n      says: Five does not\n      files: |-\n        ```python title" in text
    assert "state" not in text
    folder = tmp_path / "second"
    folder.mkdir()
    for name, content in written.items():
        (folder / name).write_text(content)
    assert files(read(folder)) == written
    assert not load(folder)
    call_command("dump_roadmap", folder, verbosity=0)
    assert {path.name: path.read_text() for path in folder.iterdir()} == written


def test_loaddata_takes_topics_before_their_exercises(db, tmp_path):
    load(write_files(tmp_path / "first", stage(), topic("maps"), exercise(publish_at="2030-05-04T08:00:00Z")))
    call_command("dump_roadmap", tmp_path / "second", verbosity=0)
    before = files(snapshot())
    for model in (Exercise, Topic, Stage):
        model.objects.all().delete()
    call_command("loaddata", *sorted((tmp_path / "second").glob("*.yaml")), verbosity=0)
    assert files(snapshot()) == before
    assert "<p>Write <code>double(number)</code>.</p>" in Exercise.objects.get().task_html


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"topic": "ghost"}, "topic: there is no topic “ghost”"),
        ({"kind": "puzzle"}, "kind “puzzle”: Value 'puzzle' is not a valid choice"),
        ({"task": ""}, "task: This field cannot be blank"),
        ({"files": "def double"}, "line 1: a file begins with"),
        ({"given": DOUBLE.format(1)}, "given: “double.py” is a starter file as well"),
        (
            {"checks": '```python title="checks.py"\nclass A\n```'},
            "“checks.py” cannot be read: expected ':', on its line 1",
        ),
        ({"checks": '```python title="checks.py"\nx = 1\n```'}, "there is no test"),
        ({"solution": GIVEN}, "solution: “numbers.py” is none of the starter files"),
        ({"hints": "One"}, "hints “One”: is not a list of lines of text"),
        ({"wrong_answers": "One"}, "wrong_answers “One”: is not a list of title, says and files"),
        ({"wrong_answers": ["One"]}, "Wrong answer 1: give a title, what is said of it (“says”) and its files"),
        ({"wrong_answers": answer() + answer(why="x")}, "Wrong answer 2: give a title"),
        ({"wrong_answers": answer(says=" ")}, "Wrong answer 1: says is a text, and not empty"),
        ({"wrong_answers": answer(title=7)}, "Wrong answer 1: title is a text"),
        ({"wrong_answers": answer(files="words")}, "Wrong answer 1: files, line 1: a file begins with"),
        ({"wrong_answers": answer(files=GIVEN)}, "wrong_answers: “Adds two”: “numbers.py” is none of the starter"),
    ],
)
def test_a_mistake_is_named_with_its_file_its_line_and_the_field(db, tmp_path, fields, says):
    folder = write_files(tmp_path / "files", stage(), topic("maps"), exercise(**fields))
    lines = (folder / "roadmap.yaml").read_text().splitlines()
    line = next(number for number, line in enumerate(lines, 1) if line.startswith(f"    {next(iter(fields))}:"))
    with pytest.raises(CommandError) as error:
        call_command("load_roadmap", folder)
    assert f"roadmap.yaml, line {line}: entry 3, exercise double: " in str(error.value)
    assert says in str(error.value)
    assert not Stage.objects.exists()


def test_what_leaves_the_files_is_retired_and_comes_back(db, tmp_path):
    entries = [stage(), topic("maps"), exercise()]
    load(write_files(tmp_path / "files", *entries))
    plan = load(write_files(tmp_path / "files", *entries[:2]))
    assert plan.summary() == "1 retired"
    assert Exercise.objects.get().state == State.RETIRED
    load(write_files(tmp_path / "files", *entries))
    assert Exercise.objects.get().state == State.PUBLISHED


def test_a_topic_that_leaves_the_files_says_what_goes_with_it(db, tmp_path):
    other = topic("boots")
    load(write_files(tmp_path / "files", stage(), topic("maps"), other))
    make_exercise(Topic.objects.get(slug="maps"))
    [note] = load(write_files(tmp_path / "files", stage(), other)).notes
    assert note == "topic maps has left the files, and 1 exercise stays in it: learners see none of them any more."


def test_both_sides_may_change_an_exercise(db, tmp_path):
    load(write_files(tmp_path / "files", stage(), topic("maps"), exercise()))
    Exercise.objects.update(title="Two times")
    changed = exercise(task="Write it.", wrong_answers=answer(title="Adds"))
    load(write_files(tmp_path / "files", stage(), topic("maps"), changed))
    row = Exercise.objects.get()
    assert (row.title, row.task_html, row.wrong_answers[0]["title"]) == ("Two times", "<p>Write it.</p>\n", "Adds")
    assert Revision.objects.filter(model="stages.exercise").count() == 2
    with pytest.raises(FixtureError, match=r"title changed both .*stages\.exercise:double\.title"):
        load(write_files(tmp_path / "files", stage(), topic("maps"), exercise(title="Doubled")))


# --- In the database ---


def test_what_is_no_wrong_answer_is_refused_by_the_model_as_well(content):
    row = make_exercise(content.topics["maps"])
    row.full_clean()
    row.wrong_answers = answer(files="words")
    with pytest.raises(ValidationError, match="Wrong answer 1: files, line 1"):
        row.full_clean()


@pytest.mark.parametrize("hidden", ["exercise", "topic", "stage"])
@pytest.mark.parametrize("how", ["draft", "planned", "retired"])
def test_only_what_is_published_with_its_topic_and_stage_is_shown(content, client, hidden, how):
    row = make_exercise(content.topics["maps"])
    assert client.get(row.get_absolute_url()).status_code == 200
    assert row.is_published()
    what = {"exercise": row, "topic": row.topic, "stage": row.topic.stage}[hidden]
    if how == "planned":
        what.publish_at = timezone.now() + timedelta(hours=1)
    else:
        what.state = how
    what.save()
    row = Exercise.objects.select_related("topic__stage").get()
    assert not row.is_published()
    assert not Exercise.objects.published().exists()
    assert not current_content().exercises
    assert client.get(row.get_absolute_url()).status_code == 404
    assert row.title not in client.get("/practice/").text
    if hidden == "exercise":
        assert row.title not in client.get("/topics/maps/").text


def test_they_come_in_learning_order(content):
    for topic_slug, slug, position in [
        *[("weather", "d", 1), ("maps", "c", 2), ("maps", "b", 1), ("boots", "a", 9)],
    ]:
        make_exercise(content.topics[topic_slug], slug, position=position)
    assert [row.slug for row in Exercise.objects.in_learning_order()] == ["a", "b", "c", "d"]
    assert [entry.slug for entry in current_content().exercises] == ["a", "b", "c", "d"]


def test_a_topic_lists_its_own(content, client):
    make_exercise(content.topics["maps"], kind="predict")
    make_exercise(content.topics["boots"], slug="other", title="Another one")
    page = client.get("/topics/maps/").text
    assert '<h2 id="practice">Practice</h2>' in page
    assert '<a href="/practice/double/">Twice as much</a> <span class="tag">Predict it</span>' in page
    assert "Another one" not in page
    assert 'id="practice"' not in client.get("/topics/snacks/").text
    Exercise.objects.filter(slug="double").update(title="Two times")
    assert "Two times" in client.get("/topics/maps/").text
