from django import forms
from django.utils.translation import gettext_lazy as _

from progress.models import Note, Report


class NoteForm(forms.ModelForm):
    """A note and the version of it that is edited; see NoteQuerySet.write()."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Note
        fields = ["text"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False  # an empty note is no note


class ReportForm(forms.ModelForm):
    # Hidden from people; what fills in every field is no person.
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    class Meta:
        model = Report
        fields = ["kind", "resource", "text"]
        labels = {"kind": _("What is it?"), "resource": _("Where is it?"), "text": _("What is the problem?")}
        help_texts = {"text": _("A word or two is enough. Name the sentence or the code if you can.")}

    def __init__(self, *args, links, **kwargs):
        super().__init__(*args, **kwargs)
        resource = self.fields["resource"]
        resource.queryset = links
        resource.empty_label = _("in the topic itself")
        self.fields["text"].widget.attrs["rows"] = 5
        # Of a dead link it is enough to say which; everything else takes a few words.
        resource.required = self["kind"].value() == Report.Kind.LINK
        self.fields["text"].required = not resource.required

    @property
    def is_a_trap_sprung(self):
        return bool(self.cleaned_data.get("website"))
