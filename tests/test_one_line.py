"""Names and titles are one line: no line break of a sender's choice begins a line of a mail, or of a list."""

import importlib
import pkgutil

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

import accounts
import progress
import roadmap_site
import stages
from accounts.validators import one_line
from stages.validators import one_line as one_line_of_content
from tests.accounts.test_accounts import sign_up

BREAKS = ["\n", "\r", "\t", "\x00", "\x0b", "\x85", "\x1b", "\u2028", "\u2029"]
LABELS = ("accounts", "stages", "progress", "cohorts", "roadmap_site")
# {field of a model: why no person writes it, or why it may have several lines}
OTHER_FIELDS = {
    "accounts.User.password": "a hash",
    "accounts.User.time_zone": "one of a list",
    "accounts.LoginRecord.user_agent": "as the browser sent it, in a header",
    "cohorts.EmailOptOut.address": "copied from an account",
    "cohorts.Override.before": "a status",
    "cohorts.QueuedEmail.key": "written by the code",
    "cohorts.QueuedEmail.subject": "made one line where it is queued",
    "cohorts.QueuedEmail.problem": "what a mail server said",
    "cohorts.Override.reason": "a text area",
    "cohorts.Override.dispute": "a text area",
    "stages.LinkCheck.url": "copied from a resource",
    "stages.LoadedEntry.model": "the name of a model",
    "stages.LoadedEntry.key": "a key of the files",
    "stages.Revision.model": "the name of a model",
    "stages.Revision.title": "copied from the row",
    "stages.Revision.why": "written by the code",
    "stages.SyncResult.code": "written by the code",
    "stages.SyncResult.files": "written by the code",
    "stages.Track.summary": "a text area where instructors write it",
}
# {field of a form that belongs to no model: why it is not checked}
OTHER_INPUTS = {
    "stages.search.forms.SearchForm.q": "kept nowhere",
    "progress.annotations.forms.ReportForm.website": "a trap, in which nobody but a robot writes",
    "accounts.signup.SignupForm.username": "allauth takes it out",
}


def refuses(field):
    try:
        field.run_validators("a\nb")
    except ValidationError:
        return True
    return False


def text_fields():
    for label in LABELS:
        for model in apps.get_app_config(label).get_models() if label in apps.app_configs else ():
            for field in model._meta.local_fields:
                if isinstance(field, models.CharField) and field.editable and not field.choices:
                    yield f"{model._meta.label}.{field.name}", field


def text_inputs():
    for package in (accounts, stages, progress, roadmap_site):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            # The benchmark has a site of its own, which whoever imports it gets.
            if not {"migrations", "management", "benchmark"} & set(module.name.split(".")):
                importlib.import_module(module.name)
    classes = [forms.BaseForm]
    for form in classes:
        classes += form.__subclasses__()
        if form.__module__.split(".")[0] in ("accounts", "stages", "progress", "roadmap_site"):
            model = getattr(getattr(form, "_meta", None), "model", None)
            of_model = {field.name for field in model._meta.fields} if model else set()
            for name, field in getattr(form, "base_fields", {}).items():
                hidden = field.widget.is_hidden or isinstance(field.widget, forms.Textarea | forms.PasswordInput)
                if isinstance(field, forms.CharField) and not hidden and name not in of_model:
                    yield f"{form.__module__}.{form.__qualname__}.{name}", field


def test_every_field_of_a_model_that_people_write_is_one_line():
    assert [name for name, field in text_fields() if not refuses(field) and name not in OTHER_FIELDS] == []


def test_every_input_of_a_form_is_one_line():
    assert [name for name, field in text_inputs() if not refuses(field) and name not in OTHER_INPUTS] == []


def test_every_exception_is_in_use():
    assert {name for name, field in text_fields() if not refuses(field)} >= OTHER_FIELDS.keys()
    assert {name for name, field in text_inputs() if not refuses(field)} >= OTHER_INPUTS.keys()


@pytest.mark.parametrize("check", [one_line, one_line_of_content])
@pytest.mark.parametrize("char", BREAKS)
def test_a_line_ends_nowhere_but_at_its_end(check, char):
    with pytest.raises(ValidationError, match="one line"):
        check(f"Ada{char}Click here: https://evil.example/")


@pytest.mark.parametrize("name", ["ليلى العمراني", "O'Brien <b>", "Ω ≠ ω — “x” 🥾", "‏שלום"])
def test_any_script_is_fine(name):
    one_line(name)
    one_line_of_content(name)


@pytest.mark.django_db
def test_nobody_signs_up_with_a_name_of_two_lines(client, mailoutbox):
    page = sign_up(client, "ada@example.com", name="Ada\nYou have won")
    assert "one line" in page.text
    assert mailoutbox == []


def test_a_name_stays_one_line(as_learner, learner):
    assert "one line" in as_learner.post("/accounts/", {"name": "Lena\r\nBcc: x"}).text
    learner.refresh_from_db()
    assert learner.name == "Lena Learner"
