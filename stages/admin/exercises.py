"""Exercises: the task, the files and what checks them, each as it stands in the fixture files."""

from typing import Any

import yaml
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stages.admin.markdown_widget import code_box
from stages.admin.topics import ImmutableSlugMixin, SlugForm
from stages.admin.workflow import StateFilter
from stages.editing.ordering import next_position
from stages.editing.validators import exercise_problems
from stages.fields import LongTextFormField
from stages.fixture_io.reader import TOO_DEEP, Loader
from stages.fixture_io.writer import as_yaml
from stages.models import Exercise
from stages.models.exercises import check_wrong_answers


class WrongAnswersFormField(LongTextFormField):
    """Wrong answers as the fixture files have them, so that their code is code and not one escaped line."""

    def prepare_value(self, value: Any) -> Any:
        return as_yaml(value) if isinstance(value, list) and value else value or ""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            answers = yaml.load(text, Loader) or []  # noqa: S506 - it is a safe one
        except yaml.YAMLError as error:
            mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
            message = _("Line {line}: this is not valid YAML: {problem}.")
            raise ValidationError(
                message.format(line=mark.line + 1 if mark else 1, problem=problem or error)
            ) from error
        except RecursionError as error:
            raise ValidationError(TOO_DEEP) from error
        check_wrong_answers(answers)
        return answers

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (initial or []) != self.to_python(data)
        except ValidationError:
            return True


class ExerciseForm(SlugForm):
    wrong_answers = WrongAnswersFormField(
        required=False,
        widget=code_box(24),
        help_text=gettext_lazy(
            "What learners really try, three or more, as in the fixture files: - title, says and files. "
            "What it says is a part of what the check says of it that fails."
        ),
    )

    def _post_clean(self) -> None:
        """What fields say of each other, once the model has found nothing wrong with any."""
        super()._post_clean()  # type: ignore[misc] # no stub
        if {"given", "files", "solution", "wrong_answers"} <= self.cleaned_data.keys():
            for name, problem in exercise_problems(self.cleaned_data):
                self.add_error(name, problem)


@admin.register(Exercise)
class ExerciseAdmin(ImmutableSlugMixin):
    form = ExerciseForm
    list_display = ["title", "topic", "place", "kind", "state_now"]
    list_filter = [StateFilter, "kind", "topic__stage"]
    list_select_related = ["topic__stage"]
    search_fields = ["title", "slug", "task", "topic__title"]
    search_help_text = gettext_lazy("Titles, slugs, tasks and topics.")
    ordering = ["topic__stage__position", "topic__stage", "topic__position", "topic", "position", "pk"]
    autocomplete_fields = ["topic"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "task"]}),
        ("Place", {"fields": ["topic", "place", "kind", "state", "publish_at"]}),
        ("Files", {"fields": ["given", "files", "checks"]}),
        ("Help", {"fields": ["hints", "solution", "wrong_answers"]}),
    ]

    def siblings(self, row: Exercise) -> QuerySet[Exercise]:
        return row.topic.exercises.all()

    def save_model(self, request: HttpRequest, obj: Exercise, form: forms.ModelForm, change: bool) -> None:
        if change and "topic" in form.changed_data:
            obj.position = next_position(obj.topic.exercises)  # where it stood is no place in the other topic
        super().save_model(request, obj, form, change)
