"""Starts a clean process for each lesson, forked from one that has Django imported already."""

import multiprocessing
from functools import cache

SECONDS = 60


@cache
def forkserver():
    context = multiprocessing.get_context("forkserver")
    # What most lessons import; a lesson's process then starts in a few milliseconds.
    context.set_forkserver_preload(
        ["tests.lessons.scratch", "unittest", "django.core.management", "django.contrib.admin.sites", "django.test"]
    )
    return context


def run_lesson(blocks):
    """Run the blocks in a scratch project; return what went wrong, or ""."""
    answers, there = forkserver().Pipe(duplex=False)
    process = forkserver().Process(target=report, args=(there, blocks))
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


def report(there, blocks):
    from tests.lessons.scratch import run

    there.send(run(blocks))
