"""Boxes for long texts, and what Markdown will look like while it is typed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.forms.renderers import BaseRenderer
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.csp import CSP
from django.utils.safestring import SafeString
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

from stages.markdown.render import render as render_markdown

# How many lines a box needs for what is usually in it.
TEXTAREA_ROWS = {
    **dict.fromkeys(["summary", "why", "outdated", "unverified", "lead", "description", "footer"], 2),
    **dict.fromkeys(["gain", "reason", "audience", "difference", "disagreement", "outcomes", "checklist"], 5),
    "replaces": 2,
    "project": 16,
    "body": 32,
    "task": 8,
    "hints": 4,
    **dict.fromkeys(["given", "files", "checks", "solution"], 16),
}
MARKDOWN_FIELDS = {"body", "disagreement", "footer", "project", "task"}
CODE_FIELDS = {"given", "files", "checks", "solution"}  # of which there is nothing to preview
# A page to be shown in a frame of ours: it runs nothing and loads nothing but our style sheets.
PREVIEW_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
}


class MarkdownWidget(AdminTextareaWidget):
    """A box with a preview below it.

    Its button sends the form into the frame, which needs no script; markdown-preview.js does the same while one types.
    """

    class Media:
        js = [Script("js/admin/markdown-preview.js", defer=True)]

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        box = super().render(name, value, attrs, renderer)
        return render_to_string(
            "admin/includes/markdown_editor.html",
            {"box": box, "name": name, "url": reverse("admin:markdown")},
        )


def code_box(rows: int) -> AdminTextareaWidget:
    """A box in which code lines up and is not spelled."""
    return AdminTextareaWidget(attrs={"rows": rows, "class": "vLargeTextField markdown", "spellcheck": "false"})


class LargeTextMixin(admin.options.BaseModelAdmin):
    """Texts get a box in which they can be read as a whole, and Markdown one in which code lines up."""

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        if db_field.name in TEXTAREA_ROWS:
            attributes: dict[str, str | int] = {"rows": TEXTAREA_ROWS[db_field.name]}
            if db_field.name in MARKDOWN_FIELDS:
                attributes |= {"class": "vLargeTextField markdown", "spellcheck": "true"}
                kwargs["widget"] = MarkdownWidget(attrs=attributes)
            elif db_field.name in CODE_FIELDS:
                kwargs["widget"] = code_box(TEXTAREA_ROWS[db_field.name])
            else:
                kwargs["widget"] = AdminTextareaWidget(attrs=attributes)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class MarkdownPreviewMixin(admin.ModelAdmin):
    """Has the URL that renders previews. One admin is enough for all of them: see ``StageAdmin``."""

    def get_urls(self) -> list[URLPattern]:
        view = csp_override(PREVIEW_CSP)(xframe_options_sameorigin(self.admin_site.admin_view(self.markdown_view)))
        return [path("markdown/", view, name="markdown"), *super().get_urls()]

    def markdown_view(self, request: HttpRequest) -> HttpResponse:
        """A text as readers will see it; ``field`` says which of the texts that were sent."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = request.POST.get(request.POST.get("field", ""), "")
        return render(request, "admin/markdown_preview.html", {"html": render_markdown(text)})

    markdown_view.is_read_only = True  # type: ignore[attr-defined] # for audited() in roadmap_site/admin/site.py
