"""The admin's page about the fixture files: how the database differs from them, and both as downloads."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from stages.fixture_io import MODELS, FixtureError, files, lock_content, read, snapshot
from stages.sync.compare import as_zip, compare, diff, read_texts
from stages.sync.load import read_baseline

LINES = 2_000  # of the diff, on the page; the download has them all


def for_readers_of_everything(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Lets those in who may see every model of the content, for the files hold all of it, drafts too."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not all(request.user.has_perm(f"stages.view_{model._meta.model_name}") for model in MODELS):
            raise PermissionDenied
        return view(request)

    return admin.site.admin_view(require_safe(guarded))


@for_readers_of_everything
def page(request: HttpRequest) -> TemplateResponse:
    with lock_content():
        rows, baseline = snapshot(), read_baseline()
    problems, differences = [], []
    try:
        differences = compare(read(settings.FIXTURES), rows, baseline)
    except FixtureError as error:
        problems = error.problems
    context = admin.site.each_context(request) | {
        "title": _("Database and files"),
        "app_name": apps.get_app_config("stages").verbose_name,
        "problems": problems,
        "differences": differences,
        "number": len({difference.record.identity for difference in differences}),
        **shown(diff(read_texts(settings.FIXTURES), files(rows))),
    }
    return TemplateResponse(request, "admin/stages/sync.html", context)


@for_readers_of_everything
def archive(request: HttpRequest) -> HttpResponse:
    with lock_content():
        rows = snapshot()
    return download(as_zip(files(rows)), "roadmap.zip", "application/zip")


@for_readers_of_everything
def patch(request: HttpRequest) -> HttpResponse:
    with lock_content():
        rows = snapshot()
    text = "".join(diff(read_texts(settings.FIXTURES), files(rows)).values())
    return download(text, "roadmap.diff", "text/x-diff; charset=utf-8")


def download(content: str | bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


KINDS = {"+": "ins", "-": "del", "@": "hunk", "\\": "hunk"}


def shown(diffs: Mapping[str, str]) -> dict[str, Any]:
    """A diff for the page: (file name, [(kind, line)]) for each file, up to LINES lines; ``cut`` if there are more."""
    left, parts = LINES, []
    for name, text in diffs.items():
        # What comes before the first hunk only says the name again.
        lines = text[text.index("\n@@") + 1 :].split("\n")[:-1] if "\n@@" in text else []
        if left:
            parts.append((name, [(KINDS.get(line[:1], ""), line) for line in lines[:left]]))
        left -= min(left, len(lines))
    return {"diffs": parts, "cut": not left}


urlpatterns = [
    path("", page, name="content-files"),
    path("roadmap.zip", archive, name="content-zip"),
    path("roadmap.diff", patch, name="content-diff"),
]
