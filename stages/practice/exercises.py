"""What of an exercise is checked: files and checks by their paths."""

from typing import NamedTuple

from stages.models import Exercise
from stages.practice.files import Files, digest, parse_files
from stages.practice.sentences import sentences


class Job(NamedTuple):
    """What ``checker.check`` takes: all files of a project, and the tests that it has to pass."""

    files: Files
    checks: Files


def starter_files(exercise: Exercise) -> Files:
    """The files that the learner edits, as they are at first."""
    return parse_files(exercise.files)


def job_of(exercise: Exercise, files: Files) -> Job:
    """The check of a learner's files: what is given stays as it is, and what they left alone is the starter's."""
    return Job({**starter_files(exercise), **files, **parse_files(exercise.given)}, parse_files(exercise.checks))


def solution_of(exercise: Exercise) -> Files:
    return parse_files(exercise.solution)


def wrong_answers_of(exercise: Exercise) -> list[tuple[str, str, Files]]:
    """(title, what a check says of it, files) of each."""
    return [(answer["title"], answer["says"], parse_files(answer["files"])) for answer in exercise.wrong_answers]


def sentences_of(exercise: Exercise) -> list[str]:
    """What its checks ask for, in their order."""
    return sentences(parse_files(exercise.checks))


def checks_digest(exercise: Exercise) -> str:
    """Which version of the exercise this is: what is given and checked. A pass remembers it."""
    return digest({**parse_files(exercise.given), **parse_files(exercise.checks)})
