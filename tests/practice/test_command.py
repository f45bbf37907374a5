"""``manage.py practice``: exercises on one's own machine."""

import pytest
from django.core.management import CommandError, call_command

from progress.practice.forms import PASS
from roadmap_site.management import local_practice
from stages.practice.exercises import checks_digest
from tests.content import make_exercise


@pytest.fixture
def exercise(content, monkeypatch):
    monkeypatch.setattr(local_practice, "SECONDS", 60)  # a slow machine has the time
    return make_exercise(content.topics["maps"])


def run(capsys, *arguments):
    call_command("practice", *arguments)
    return capsys.readouterr().out


def test_it_lists_all(exercise, capsys):
    assert "double" in run(capsys)


def test_it_names_what_is_near(exercise):
    with pytest.raises(CommandError, match="Did you mean double"):
        call_command("practice", "doubel")


def test_it_writes_and_checks(exercise, capsys, tmp_path):
    folder = str(tmp_path / "here")
    with pytest.raises(CommandError, match="Not every check"):
        call_command("practice", "double", folder, "--once")
    assert "✗ Two becomes four." in capsys.readouterr().out
    (tmp_path / "here" / "double.py").write_text("def double(number):\n    return 2 * number\n")
    lines = run(capsys, "double", folder, "--once").strip().split("\n")
    assert "✓ Six becomes twelve." in lines
    line = PASS.fullmatch(lines[-1])
    assert (line["slug"], line["checks"]) == ("double", checks_digest(exercise))


def test_what_is_there_stays_unless_one_starts_over(exercise, capsys, tmp_path):
    (tmp_path / "double.py").write_text("def double(number):\n    return number * 2\n")
    run(capsys, "double", str(tmp_path), "--once")
    with pytest.raises(CommandError):
        call_command("practice", "double", str(tmp_path), "--once", "--start-over")
    assert "None" in (tmp_path / "double.py").read_text()


def test_it_helps(exercise, capsys):
    assert "Add it to itself." in run(capsys, "double", "--hints")
    assert "number + number" in run(capsys, "double", "--solution")
