from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from progress.importing import LARGEST, NotAList, decode, parse


class ImportForm(forms.Form):
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

    def clean(self):
        cleaned = super().clean()
        file, text = cleaned.get("file"), cleaned.get("text") or ""
        if self.errors:
            return cleaned
        if not file and not text.strip():
            raise ValidationError(_("Paste a list, or choose a file with one."))
        try:
            # One letter more than is allowed is enough to see that it is too much.
            self.items = parse(decode(file.read(LARGEST + 1) if file else text.encode()))
        except NotAList as error:
            self.add_error("file" if file else "text", str(error))
        return cleaned
