import hashlib
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from progress.cohorts.custom_tracks.editor import new_key
from stages.models import Track, TrackSection

LABELS = {"title": gettext_lazy("Title"), "summary": gettext_lazy("Summary")}


class NewKeyField(forms.CharField):
    """Drawn when the form is shown: of a form sent twice one track is made."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(initial=new_key, required=False)

    def clean(self, value: Any) -> str:
        key = super().clean(value)
        return key if len(key) == len(new_key()) and key.isascii() and key.isalnum() else new_key()


class NewTrackForm(forms.ModelForm):
    key = NewKeyField()

    class Meta:
        model = Track
        fields = ["title", "summary"]
        labels = LABELS
        help_texts = {"summary": gettext_lazy("What it is, in a sentence or two.")}
        widgets = {"summary": forms.Textarea(attrs={"rows": 2})}


class VersionedForm(forms.ModelForm):
    """Knows over which version of a thing it was written, so that of two authors neither overwrites the other."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    data: QueryDict

    def __init__(self, data: QueryDict | None = None, *, instance: Model) -> None:
        self.current_values = {field: getattr(instance, field) for field in self._meta.fields or ()}
        super().__init__(data, instance=instance, initial={"version": self.current_version()})

    def current_version(self) -> str:
        return hashlib.sha256(repr(self.current_values).encode()).hexdigest()[:12]

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        posted = {field: cleaned.get(field) for field in self.current_values}
        if posted != self.current_values and cleaned.get("version") != self.current_version():
            self.data = self.data.copy()
            self.data["version"] = self.current_version()
            saved = " ".join(f"“{value}”" for value in self.current_values.values())
            raise forms.ValidationError(
                _("Another author saved this in the meantime: %(saved)s. Save again to put yours in its place."),
                params={"saved": saved},
            )
        return cleaned


class DetailsForm(VersionedForm):
    class Meta(NewTrackForm.Meta):
        pass


class SectionForm(VersionedForm):
    class Meta:
        model = TrackSection
        fields = ["title"]
        labels = {"title": LABELS["title"]}


class AuthorForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Of somebody with an account here. They may do everything that you may."),
    )
