"""Runs each lesson in a clean process, forked from one that has done before what lessons have in common.

Most lessons have the settings of startproject, but for their apps and templates: their processes are forked from one
in which Django is set up so, with its tables made. Those with settings of their own start where nothing is set up yet,
but much imported.
"""

import atexit
import multiprocessing
import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path

from stages.markdown.code_blocks import Block
from tests.lessons.scratch import prepare, run

SECONDS = 60
# Only what asks for no settings while it is imported.
PRELOADED = [
    "tests.lessons.scratch",
    "unittest",
    "django.core.management",
    "django.contrib.admin.sites",
    "django.test",
]


def run_lesson(blocks: Sequence[Block]) -> str:
    """Run the blocks in a scratch project; return what went wrong, or ""."""
    if any(block.title == "config/settings.py" and "norun" not in block.facts for block in blocks):
        with tempfile.TemporaryDirectory(prefix="lesson-") as folder:
            return answer_of(forkserver(), run, Path(folder), blocks)
    prepared().send(blocks)
    return prepared().recv()


def answer_of(context: BaseContext, target: Callable[..., str], *args: object) -> str:
    """What ``target(*args)`` returns in a process of its own, or how that process ended instead."""
    answers, there = context.Pipe(duplex=False)
    process = context.Process(target=report, args=(there, target, *args))
    process.start()
    there.close()
    try:
        return answers.recv() if answers.poll(SECONDS) else f"It has not ended after {SECONDS} seconds."
    except EOFError:
        process.join()
        return f"Its process ended with {process.exitcode}."
    finally:
        process.kill()
        process.join()


def report(there: Connection, target: Callable[..., str], *args: object) -> None:
    there.send(target(*args))


@cache
def forkserver() -> BaseContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


# --- The process with Django set up ---


@cache
def prepared() -> Connection:
    """Takes the blocks of a lesson and gives what went wrong with them, one lesson at a time."""
    here, there = forkserver().Pipe()
    forkserver().Process(target=serve, args=(there,)).start()
    there.close()
    atexit.register(here.close)  # at which it ends
    return here


def serve(lessons: Connection) -> None:
    fork = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory(prefix="lessons-") as folder:
        empty, project = Path(folder, "empty"), Path(folder, "project")
        project.mkdir()
        prepare(project)
        project.rename(empty)
        while True:
            try:
                blocks = lessons.recv()
            except EOFError:
                return
            shutil.copytree(empty, project)
            lessons.send(answer_of(fork, run, project, blocks))
            shutil.rmtree(project)
