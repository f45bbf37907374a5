"""Forms for lists that somebody brings along."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from progress.transfer.checklist_parser import MAX_BYTES, NotAChecklist, decode, parse

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class ListForm(forms.Form):
    """A list, pasted into ``text`` or as a ``file``; read() takes the bytes of either, and may raise NotAChecklist.

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
        except NotAChecklist as error:
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
        help_text=gettext_lazy("Markdown or plain text in UTF-8, up to 300 kB."),
        widget=forms.FileInput(attrs={"accept": ".md,.markdown,.txt,text/markdown,text/plain"}),
    )

    largest = MAX_BYTES
    nothing = gettext_lazy("Paste a list, or choose a file with one.")

    def read(self, data: bytes) -> None:
        self.items = parse(decode(data))
