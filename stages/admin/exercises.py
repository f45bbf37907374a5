"""Exercises: the task, the files and what checks them, each as it stands in the fixture files."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stages.admin.topics import ImmutableSlugMixin, SlugForm
from stages.admin.workflow import StateFilter
from stages.models import Exercise
from stages.practice.files import parse_files


class ExerciseForm(SlugForm):
    def clean(self) -> dict[str, Any]:
        """A file is either given or the learner's, and an answer changes no others than the learner's."""
        cleaned: dict[str, Any] = super().clean() or {}
        texts = [cleaned.get(name) for name in ("given", "files", "solution")]
        if any(text is None for text in texts) or "wrong_answers" not in cleaned:
            return cleaned  # the field says what is wrong with it
        given, files, solution = (parse_files(str(text)) for text in texts)
        if both := sorted(given.keys() & files.keys()):
            self.add_error("given", ValidationError(_("“{path}” is a starter file as well.").format(path=both[0])))
        answers = [solution, *(parse_files(answer["files"]) for answer in cleaned["wrong_answers"])]
        for number, answer in enumerate(answers):
            if unknown := sorted(answer.keys() - files.keys()):
                message = _("“{path}” is none of the starter files.").format(path=unknown[0])
                self.add_error("wrong_answers" if number else "solution", ValidationError(message))
        return cleaned


@admin.register(Exercise)
class ExerciseAdmin(ImmutableSlugMixin):
    form = ExerciseForm
    list_display = ["title", "topic", "position", "kind", "state_now"]
    list_filter = [StateFilter, "kind", "topic__stage"]
    list_select_related = ["topic__stage"]
    search_fields = ["title", "slug", "task", "topic__title"]
    search_help_text = gettext_lazy("Titles, slugs, tasks and topics.")
    ordering = ["topic__stage__position", "topic__stage", "topic__position", "topic", "position", "pk"]
    autocomplete_fields = ["topic"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "kind", "task"]}),
        ("Place", {"fields": ["topic", "position", "state", "publish_at"]}),
        ("Files", {"fields": ["given", "files", "checks"]}),
        ("Help", {"fields": ["hints", "solution", "wrong_answers"]}),
    ]

    def siblings(self, row: Exercise) -> QuerySet[Exercise]:
        return row.topic.exercises.all()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        if db_field.name in {"given", "files", "checks", "solution", "wrong_answers"}:
            kwargs["widget"] = forms.Textarea(
                attrs={"class": "vLargeTextField markdown", "rows": 18, "spellcheck": "false"}
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)
