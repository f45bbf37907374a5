"""Code and content are released apart: what is wrong with the content does not keep a new version from serving."""

import os
import subprocess

import pytest
from django.conf import settings

PYTHON = """#!/bin/sh
echo "$2 $3" >> "$0.log"
test "$2" != "$FAILS"
"""


@pytest.fixture
def release(tmp_path):
    """Runs the step of the image with a Python that only writes down what it is asked for, and fails at one thing."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(PYTHON)
    python.chmod(0o700)

    def run(fails):
        environment = os.environ | {"VENV": str(tmp_path), "FAILS": fails}
        step = settings.BASE_DIR / ".image" / "release"
        ended = subprocess.run([step], env=environment, capture_output=True, text=True, check=False)
        return ended, python.with_name("python.log").read_text().splitlines()

    return run


def test_it_loads_the_content_and_leaves_conflicts_for_later(release):
    ended, commands = release("")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert commands == ["migrate --noinput", "createcachetable ", "load_roadmap --postpone-conflicts"]


def test_content_that_cannot_be_loaded_is_said_loudly_and_stops_no_release(release):
    ended, _ = release("load_roadmap")
    assert ended.returncode == 0
    assert "THE CONTENT WAS NOT LOADED" in ended.stderr


@pytest.mark.parametrize("step", ["migrate", "createcachetable"])
def test_a_database_that_is_not_up_to_date_stops_it(release, step):
    ended, commands = release(step)
    assert ended.returncode != 0
    assert commands[-1].startswith(step)
