from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from progress.models import Note, Report
from stages.models import Resource


class NoteForm(forms.ModelForm):
    """A note and the version of it that is edited; see NoteQuerySet.write()."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Note
        fields = ["text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False  # an empty note is no note


class ReportForm(forms.ModelForm):
    # A honeypot: hidden from people; what fills in every field is no person.
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    class Meta:
        model = Report
        fields = ["kind", "resource", "text"]
        labels = {
            "kind": gettext_lazy("What is it?"),
            "resource": gettext_lazy("Where is it?"),
            "text": gettext_lazy("What is the problem?"),
        }
        help_texts = {"text": gettext_lazy("A word or two is enough. Name the sentence or the code if you can.")}

    def __init__(self, *args: Any, links: QuerySet[Resource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        resource: Any = self.fields["resource"]  # what Django makes of a foreign key
        kind: Any = self.fields["kind"]  # and of choices
        resource.queryset = links
        resource.empty_label = gettext_lazy("in the topic itself")
        self.fields["text"].widget.attrs["rows"] = 5
        kind.choices = [choice for choice in Report.Kind.choices if choice[0] != Report.Kind.FLAGGED]
        # Of a dead link it is enough to say which; everything else takes a few words.
        resource.required = self["kind"].value() == Report.Kind.LINK
        self.fields["text"].required = not resource.required

    @property
    def is_spam(self) -> bool:
        return bool(self.cleaned_data.get("website"))
