"""What the page of an exercise sends, and the line that the command line prints."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_FILES = 20
MAX_LETTERS = 60_000  # of all files together; a solution has 2,000
MAX_CHECKS = 50
PATH = re.compile(r"(?!.*(^|/)\.\.?(/|$))[\w.-]+(/[\w.-]+)*", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{16}")
PASS = re.compile(r"waymark-pass v1 (?P<slug>[-\w]{1,80}) (?P<checks>[0-9a-f]{16}) (?P<files>[0-9a-f]{16}) passed")


def check_files(value: Any) -> None:
    """Raise ValidationError for what are no files of an exercise, or too many."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValidationError(_("Files are an object of texts by their paths."))
    for path in value:
        if len(path) > 100 or not PATH.fullmatch(path):
            raise ValidationError(_("“%(path)s” is no path of a file."), params={"path": path[:100]})
    if len(value) > MAX_FILES:
        raise ValidationError(_("No more than %(limit)d files are kept."), params={"limit": MAX_FILES})
    letters = sum(map(len, value.values()))
    if letters > MAX_LETTERS:
        raise ValidationError(
            _("The files have %(letters)s letters; no more than %(limit)s are kept."),
            params={"letters": f"{letters:,}", "limit": f"{MAX_LETTERS:,}"},
        )
    if any("\0" in text or (not text.isascii() and has_surrogate(text)) for text in value.values()):
        raise ValidationError(_("A file has a sign that cannot be kept."))


def has_surrogate(text: str) -> bool:
    """Whether half a letter is in it, as JSON can say and no database can keep."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def check_failing(value: Any) -> None:
    """Raise ValidationError for what are no names of checks."""
    if not isinstance(value, list) or len(value) > MAX_CHECKS:
        raise ValidationError(_("The checks that failed are a list of names."))
    if not all(isinstance(name, str) and re.fullmatch(r"[\w. ]{1,200}", name) for name in value):
        raise ValidationError(_("A check has no such name."))


class AttemptForm(forms.Form):
    """Files made from a revision of those that are kept and, after a check, what it said of them."""

    files = forms.JSONField(validators=[check_files])  # type: ignore[assignment] # a field, not the form's own files
    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000)
    result = forms.ChoiceField(choices=[("", ""), ("passed", ""), ("failed", "")], required=False)
    failing = forms.JSONField(required=False, validators=[check_failing], empty_value=list)
    checks = forms.RegexField(DIGEST, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("result") and not cleaned.get("checks"):
            raise ValidationError(_("A result names the checks that it is of."))
        return cleaned
