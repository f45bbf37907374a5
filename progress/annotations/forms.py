from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from progress.models import Note, Report
from progress.transfer.checklist_parser import LARGEST, NotAList, decode, parse
from stages.models import Resource

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


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
    # Hidden from people; what fills in every field is no person.
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
    def is_a_trap_sprung(self) -> bool:
        return bool(self.cleaned_data.get("website"))


class ListForm(forms.Form):
    """A list, pasted into ``text`` or as a ``file``; read() takes the bytes of either, and may raise NotAList.

    Whoever has such a list adds the two fields, and says how ``largest`` it is and what is said of ``nothing``.
    """

    largest: int  # bytes
    nothing: "StrPromise"

    def read(self, data: bytes) -> None:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text") or ""
        if self.errors:
            return cleaned
        if not file and not text.strip():
            raise ValidationError(self.nothing)
        try:
            # One letter more than is allowed is enough to see that it is too much.
            self.read(file.read(self.largest + 1) if file else text.encode())
        except NotAList as error:
            self.add_error("file" if file else "text", str(error))
        return cleaned


class ImportForm(ListForm):
    """A Markdown check-list, pasted or as a file. When valid, ``items`` is what is in it."""

    text = forms.CharField(
        label=gettext_lazy("Paste it"),
        required=False,
        strip=False,  # an error names a line, so that no line may get lost
        widget=forms.Textarea(
            attrs={"rows": 8, "placeholder": "- [x] Models\n- [ ] Migrations", "spellcheck": "false"}
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or choose a file"),
        required=False,
        help_text=gettext_lazy("Markdown or plain text in UTF-8, up to 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".md,.markdown,.txt,text/markdown,text/plain"}),
    )

    largest = LARGEST
    nothing = gettext_lazy("Paste a list, or choose a file with one.")

    def read(self, data: bytes) -> None:
        self.items = parse(decode(data))
