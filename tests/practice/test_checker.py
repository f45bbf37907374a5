"""What the checker promises, whatever the files do. It runs in a process of its own."""

import pytest

from tests.practice.worker import Worker, worker

MODEL = "from django.db import models\n\n\nclass Tool(models.Model):\n    name = models.CharField(max_length=80)\n"
PASSING = (
    "from django.test import TestCase\n\n\nclass Tests(TestCase):\n    def test_it(self):\n        '''It holds.'''\n"
)


def check(files, body="pass", checks=None):
    """The result for files, and a check whose body this is."""
    return worker().check(files, {"checks.py": checks or f"{PASSING}        {body}\n"})


def test_a_check_that_holds():
    result = check({"library/models.py": MODEL}, "from library.models import Tool; Tool.objects.create(name='saw')")
    assert result["passed"]
    assert result["checks"] == [
        {"name": "Tests.test_it", "sentence": "It holds.", "passed": True, "message": "", "traceback": ""}
    ]


def test_a_check_that_fails_says_its_sentence():
    [failed] = check({}, "self.assertEqual(1, 2, 'One is not two.')")["checks"]
    assert (failed["passed"], failed["message"]) == (False, "One is not two.")


def test_an_exception_names_the_learners_line():
    [failed] = check({"double.py": "def double(n):\n    return n / 0\n"}, "from double import double; double(1)")[
        "checks"
    ]
    assert failed["message"] == "double.py, line 2: ZeroDivisionError: division by zero"
    assert failed["traceback"] == 'File "double.py", line 2, in double\n    return n / 0'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("class Tool(", "library/models.py, line 1: SyntaxError: '(' was never closed"),
        ("import nothing_at_all", "library/models.py, line 1: ModuleNotFoundError"),
        ("raise SystemExit(3)", "library/models.py, line 1: SystemExit: 3"),
        ("raise KeyboardInterrupt", "library/models.py, line 1: KeyboardInterrupt"),
        ("def f(): f()\nf()", "library/models.py, line 1: RecursionError"),
        (
            MODEL + "    owner = models.ForeignKey('Nobody', models.CASCADE)\n",
            "The system check finds: library.Tool",
        ),
    ],
)
def test_why_nothing_could_be_checked(text, says):
    result = check({"library/models.py": text})
    assert result["error"].startswith(says)
    assert not result["passed"]
    assert check({"library/models.py": MODEL})["passed"]  # and the next one is none the worse


def test_one_project_leaves_nothing_to_the_next():
    files = {
        "library/models.py": MODEL + "    owner = models.ForeignKey('auth.User', models.CASCADE, null=True)\n",
        "library/admin.py": "from django.contrib import admin\nfrom library.models import Tool\n"
        "admin.site.register(Tool)\n",
        "library/apps.py": "from django.apps import AppConfig\nfrom django.db.models.signals import pre_delete\n"
        "class L(AppConfig):\n    name = 'library'\n    def ready(self):\n"
        "        pre_delete.connect(lambda **k: 1 / 0, weak=False)\n",
        "library/templatetags/__init__.py": "",
        "library/templatetags/own.py": "from django import template\nregister = template.Library()\n",
    }
    assert check(files, "from django.core.cache import cache; cache.set('x', 1)")["passed"]
    body = (
        "from django.contrib import admin; from django.contrib.auth.models import User; from django.apps import apps; "
        "from django.core.cache import cache; User.objects.create_user('a').delete(); "
        "self.assertFalse(hasattr(User, 'tool_set')); self.assertEqual(len(admin.site._registry), 2); "
        "self.assertFalse(apps.is_installed('library')); self.assertIsNone(cache.get('x'))"
    )
    assert [each["message"] for each in check({}, body)["checks"]] == [""]


def test_an_own_user_model_and_settings():
    files = {
        "config/settings.py": "AUTH_USER_MODEL = 'people.User'\nLOGIN_URL = '/in/'\n",
        "people/models.py": "from django.contrib.auth.models import AbstractUser\n"
        "class User(AbstractUser):\n    pass\n",
    }
    body = "from django.contrib.auth import get_user_model; from django.conf import settings; "
    body += "get_user_model().objects.create_user('a'); self.assertEqual(settings.LOGIN_URL, '/in/')"
    assert check(files, body)["passed"]
    assert check({}, "from django.contrib.auth.models import User; User.objects.create_user('a')")["passed"]


def test_what_is_printed_has_a_limit():
    result = check({"loud.py": "for _ in range(100):\n    print('x' * 100_000)\n"}, "import loud")
    assert result["passed"]
    assert 20_000 <= len(result["output"]) < 20_100


def test_the_last_page_is_kept():
    files = {
        "library/urls.py": "from django.urls import path\nfrom library import views\n"
        "urlpatterns = [path('', views.home)]\n",
        "library/views.py": "from django.shortcuts import render\n"
        "def home(request):\n    return render(request, 'home.html')\n",
        "templates/home.html": "<h1>Hello</h1>",
    }
    assert check(files, "self.client.get('/')")["page"] == "<h1>Hello</h1>"


def test_a_learners_tests_run_in_another_project():
    files = {
        "double.py": "def double(n):\n    return n + n\n",
        "tests.py": "from unittest import TestCase\nfrom double import double\nclass T(TestCase):\n"
        "    def test(self):\n        self.assertEqual(double(3), 6)\n",
    }
    body = (
        "import practice; good, bad = practice.run_tests(), practice.run_tests({'double.py': 'double = pow'}); "
        "self.assertEqual((good.ran, good.passed, bad.failed), (1, True, ['T.test'])); "
        "from double import double; self.assertEqual(double(2), 4)"
    )
    assert check(files, body)["passed"]


def test_files_stay_in_their_folder():
    assert "no path inside" in check({"../outside.py": ""})["error"]


@pytest.mark.parametrize("text", ["\0", "\ud800", "x" * 1_000_000, "(" * 5_000, "é" * 100, "\r\n"])
def test_odd_files_break_nothing(text):
    assert isinstance(check({"odd.py": text}, "import odd")["passed"], bool)
    assert check({})["passed"]


def test_a_loop_without_an_end_is_ended():
    own = Worker()
    try:
        with pytest.raises(TimeoutError):
            own.check({"loop.py": "while True:\n    pass\n"}, {"checks.py": "import loop\n"}, seconds=4)
        assert own.check({}, {"checks.py": f"{PASSING}        pass\n"})["passed"]
    finally:
        own.close()
