"""Every exercise under CPython: its solution passes, its starter fails, and each wrong answer hears its own sentence.

The same is done in Chromium, in the learners' bundle (tests/browser/test_practice.py).
"""

import re
from functools import cache

import pytest
import yaml
from django.conf import settings

from stages.practice.files import parse_files
from tests.practice.worker import worker

FIXTURES = settings.BASE_DIR / "fixtures"


@cache
def topics() -> set[str]:
    files = (path for path in FIXTURES.glob("stage-*.yaml") if "exercises" not in path.name)
    return {slug for path in files for slug in re.findall(r"^    slug: (\S+)$", path.read_text(), re.MULTILINE)}


def read_exercises() -> dict[str, dict]:
    """``{file and slug: fields}``."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {
        f"{path.stem.removeprefix('stage-exercises-')}-{entry['fields']['slug']}": entry["fields"]
        for path in sorted(FIXTURES.glob("stage-exercises-*.yaml"))
        for entry in yaml.load(path.read_text(), loader)
    }


EXERCISES = read_exercises()
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())


def run(exercise, files):
    """What the checker says of a learner's files."""
    given = parse_files(exercise.get("given", ""))
    return worker().check({**parse_files(exercise["files"]), **files, **given}, parse_files(exercise["checks"]))


def failing(result):
    return [check for check in result["checks"] if not check["passed"]]


@every_exercise
def test_the_solution_passes(exercise):
    result = run(exercise, parse_files(exercise["solution"]))
    assert not result["error"]
    assert failing(result) == []
    assert result["passed"]


@every_exercise
def test_the_starter_fails(exercise):
    assert not run(exercise, {})["passed"]


@every_exercise
def test_each_wrong_answer_hears_its_own_sentence(exercise):
    heard = {}
    for answer in exercise["wrong_answers"]:
        result = run(exercise, parse_files(answer["files"]))
        assert not result["error"], answer["title"]
        messages = [check["message"] for check in failing(result)]
        assert any(answer["says"] in message for message in messages), (answer["title"], messages)
        heard[answer["says"]] = answer["title"]
    assert len(heard) == len(exercise["wrong_answers"]) >= 3


@every_exercise
def test_it_says_all_that_a_learner_needs(exercise):
    result = run(exercise, parse_files(exercise["solution"]))
    assert exercise["topic"][0] in topics()
    assert 40 <= len(exercise["task"].split()) <= 120
    assert 2 <= len(exercise["hints"]) <= 3
    assert 3 <= len(result["checks"]) <= 8
    sentences = [check["sentence"] for check in result["checks"]]
    assert len({*sentences}) == len(sentences)
    assert all(sentence.endswith(".") for sentence in sentences), sentences


@every_exercise
def test_its_answers_are_files_that_a_learner_has(exercise):
    starter = parse_files(exercise["files"]).keys()
    answers = [exercise["solution"], *(answer["files"] for answer in exercise["wrong_answers"])]
    assert all(parse_files(answer).keys() <= starter for answer in answers)
    assert not starter & parse_files(exercise.get("given", "")).keys()


def test_of_every_kind_there_are_some():
    assert {exercise.get("kind", "build") for exercise in EXERCISES.values()} >= {
        *("build", "repair", "predict", "test", "query", "template")
    }
    assert len(EXERCISES) >= 100
