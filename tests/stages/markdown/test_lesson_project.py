"""What a lesson's code needs, and where each block of it belongs."""

import ast
from importlib.metadata import packages_distributions
from pathlib import Path

import django
import pytest

from stages.markdown.code_blocks import code_blocks
from stages.markdown.lesson_project import (
    INSTALLED_APPS,
    PACKAGES,
    SETTINGS,
    TEMPLATES,
    edited_settings,
    places_of,
    setup_steps,
)
from stages.markdown.render import render
from tests.content import stage, topic, write_files

MODELS = '```python title="shop/models.py"\nfrom django.db import models\n```\n'
SHELL = "```python\nprint(Book.objects.count())\n```\n"
STARTPROJECT = Path(django.__file__).parent / "conf" / "project_template" / "project_name" / "settings.py-tpl"


def steps(text):
    return setup_steps(list(code_blocks(text)))


def places(text):
    return list(places_of(list(code_blocks(text))))


def test_an_app_is_started_named_in_the_settings_and_migrated():
    found = steps(MODELS + SHELL)
    assert [step.kind for step in found] == ["start", "settings", "files", "tables", "shell"]
    assert found[0].commands == ["django-admin startproject config .", "python manage.py startapp shop"]
    assert found[1].file == SETTINGS
    assert '    "django.contrib.staticfiles",\n    "shop",  # new\n]' in found[1].code
    assert found[3].commands == ["python manage.py makemigrations", "python manage.py migrate"]


@pytest.mark.parametrize(
    ("block", "kind", "said"),
    [
        ('```python title="shop/urls.py"\nurlpatterns = []\n```', "urls", 'path("", include("shop.urls")),  # new'),
        ('```html+django title="templates/a.html"\n```', "settings", '"DIRS": [BASE_DIR / "templates"],  # new'),
        ("```python\nimport rest_framework\n```", "install", "$ python -m pip install djangorestframework"),
        ("```python\nimport rest_framework\n```", "settings", '"rest_framework",  # new'),
        ('```python title="shop/tests.py"\nclass A(TestCase):\n    pass\n```', "tests", "$ python manage.py test"),
        ('```python title="shop/tests.py"\ndef test_a():\n    pass\n```', "tests", "$ pytest shop/tests.py"),
        ('```python title="a/test_b.py"\ndef test_a():\n    pass\n```', "pytest", "DJANGO_SETTINGS_MODULE"),
        ('```python title="a/test_b.py"\ndef test_a():\n    pass\n```', "install", "pytest-django"),
    ],
)
def test_what_else_a_lesson_may_need(block, kind, said):
    assert any(said in step.code for step in steps(f"{MODELS}\n{block}\n") if step.kind == kind)


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        ('```python title="config/settings.py"\nINSTALLED_APPS = ["shop"]\n```', "settings"),
        ('```python title="config/urls.py"\nurlpatterns = []\n```', "urls"),
        ('```python title="shop/migrations/0001_initial.py"\nimport django\n```', "makemigrations"),
    ],
)
def test_what_the_lesson_shows_itself_is_not_said_again(block, kind):
    urls = '```python title="shop/urls.py"\nurlpatterns = []\n```\n'
    found = steps(f"{MODELS}\n{urls}\n{block}\n")
    assert kind not in [step.kind for step in found]
    assert not any(kind in command for step in found for command in step.commands)


def test_plain_code_needs_no_project():
    assert steps("```python\nprint(1)\n```") == []
    assert steps("no code") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (SHELL, "in python, or as a file"),
        ("```python\nimport asyncio\n\nawait asyncio.sleep(0)\n```", "in python -m asyncio"),
        ("```python\nasync def a():\n    await b()\n```", "in python, or as a file"),
        ("```python\nimport django\n```", "in python manage.py shell"),
        ("```console\n$ ls\n```", "in a terminal"),
        ("```output\n1\n```", "Output"),
        ("```klingon\n1\n```", ""),
    ],
)
def test_a_block_without_a_file_says_where_it_is_typed(text, place):
    assert places(text) == [(place, "")]


def test_a_file_is_named_and_what_it_is_there():
    more = '```python title="shop/models.py"\n```\n\n```python title="config/settings.py"\n```'
    assert places(f"{MODELS}\n{more}") == [
        ("shop/models.py", ""),
        ("shop/models.py", "goes on"),
        ("config/settings.py", "new settings"),
    ]
    assert "<figcaption>config/settings.py, new settings</figcaption>" in render(more)
    assert 'aria-label="in python manage.py shell"' in render(MODELS + SHELL)


def test_a_setting_takes_the_place_of_its_value():
    before = "A = [\n    1,\n]\nB = 2\nC = 3\n"
    assert edited_settings(before, "import os\n\nB = 4\n") == "A = [\n    1,\n]\nC = 3\n\n\nimport os\n\nB = 4\n"
    assert "B = 2" in edited_settings(before, "B[1] = 4\n")


@pytest.mark.parametrize("code", ["(" * 5000, "-" * 9000 + "1", "lambda:" * 3000 + "1", "\0", "if:"])
def test_code_that_is_none_is_no_error(code):
    assert render(f"```python\n{code}\n```")


def assigned(text, name):
    text = (
        text.replace("{{ project_name }}", "config").replace("{{ secret_key }}", "s").replace("{{ docs_version }}", "")
    )
    return next(
        ast.unparse(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and node.targets[0].id == name
    )


def test_lists_are_those_that_startproject_writes():
    settings = STARTPROJECT.read_text()
    assert ast.literal_eval(assigned(settings, "INSTALLED_APPS")) == [*INSTALLED_APPS]
    without_folder = assigned(TEMPLATES, "TEMPLATES").replace("[BASE_DIR / 'templates']", "[]")
    assert without_folder == assigned(settings, "TEMPLATES")


def plain(name):
    return name.partition("[")[0].lower().replace("_", "-")


def test_packages_are_called_so():
    installed = packages_distributions()
    for module, package in PACKAGES.items():
        if module in installed:
            assert plain(package.distribution) in map(plain, installed[module])


def test_the_page_says_it_and_leads_to_what_this_roadmap_explains(db, tmp_path, client):
    from stages.sync.load import load

    lesson = topic("one", title="One", body=MODELS + SHELL)
    load(write_files(tmp_path / "a", stage(), lesson, topic("migrations", title="Migrations")))
    page = client.get("/topics/one/").text
    assert "<summary>To run this</summary>" in page
    assert 'Make the tables. <a href="/topics/migrations/">Migrations</a>' in page
    assert "/topics/create-django-project/" not in page  # there is none
    assert "To run this" not in client.get("/topics/migrations/").text
