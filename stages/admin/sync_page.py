"""The admin's page about the fixture files: how the database differs from them, and both as downloads."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from stages.content import Content, current_content
from stages.fixture_io import MODELS, FixtureError, files, lock_content, read, read_bytes, snapshot
from stages.requests import AnyUser
from stages.sync.compare import BOTH, Difference, as_zip, compare, diff, read_texts
from stages.sync.load import read_baseline, taken_keys
from stages.sync.results import files_hash, last_result
from stages.sync.three_way_merge import LATER, ConflictPolicy, make_plan

MAX_DIFF_LINES = 2_000  # of the diff, on the page; the download has them all


def may_see_files(user: AnyUser) -> bool:
    """Whether somebody may see every model of the content, for the files hold all of it, drafts too."""
    return all(user.has_perm(f"stages.view_{model._meta.model_name}") for model in MODELS)


def content_viewers_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Lets those in who may see the files."""

    @wraps(view)
    def checked_view(request: HttpRequest) -> HttpResponse:
        if not may_see_files(request.user):
            raise PermissionDenied
        return view(request)

    return admin.site.admin_view(require_safe(checked_view))


class Comparison(NamedTuple):
    """How database and files differ: by entry and field, and as a diff of each file; ``problems`` are of the files."""

    texts: dict[str, str]  # the files as the database would write them
    diffs: dict[str, str]
    differences: list[Difference]
    problems: list[str]  # why the files cannot be loaded


def comparison() -> Comparison:
    """That of now. It takes seconds, so it is kept for each version of the content and of the files."""
    with lock_content():
        try:
            digest = files_hash(read_bytes(settings.FIXTURES, []))
        except FixtureError:  # there are no files: the page says so
            digest = ""
        return current_content().keep(compare_with_files, digest)


def compare_with_files(content: Content, digest: str) -> Comparison:
    rows = snapshot()
    problems: list[str] = []
    differences: list[Difference] = []
    try:
        records, baseline = read(settings.FIXTURES), read_baseline()
        differences = compare(records, rows, baseline)
        make_plan(records, rows, baseline, ConflictPolicy(LATER), taken_keys())
    except FixtureError as error:
        problems = error.problems
    texts = files(rows)
    return Comparison(texts, diff(read_texts(settings.FIXTURES), texts, settings.FIXTURES.name), differences, problems)


@content_viewers_only
def sync_page(request: HttpRequest) -> TemplateResponse:
    with lock_content():
        known = last_result(settings.FIXTURES)
    is_same = known and not known.differs and not known.reworded
    found = Comparison({}, {}, [], []) if is_same else comparison()
    context = admin.site.each_context(request) | {
        "title": _("Database and files"),
        "app_name": apps.get_app_config("stages").verbose_name,
        "problems": found.problems,
        "differences": found.differences,
        "conflict_count": sum(difference.side == BOTH for difference in found.differences),
        "entry_count": len({difference.record.identity for difference in found.differences}),
        **diff_context(found.diffs),
    }
    return TemplateResponse(request, "admin/stages/sync.html", context)


@content_viewers_only
def archive(request: HttpRequest) -> HttpResponse:
    return download(as_zip(comparison().texts, settings.FIXTURES.name), "roadmap.zip", "application/zip")


@content_viewers_only
def patch(request: HttpRequest) -> HttpResponse:
    return download("".join(comparison().diffs.values()), "roadmap.diff", "text/x-diff; charset=utf-8")


def download(content: str | bytes, name: str, content_type: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


LINE_KINDS = {"+": "ins", "-": "del", "@": "hunk", "\\": "hunk"}


def diff_context(diffs: Mapping[str, str]) -> dict[str, Any]:
    """The context of a diff: (file name, [(kind, line)]) for each file, up to MAX_DIFF_LINES lines in all."""
    remaining, parts = MAX_DIFF_LINES, []
    for name, text in diffs.items():
        # What comes before the first hunk only says the name again.
        lines = text[text.index("\n@@") + 1 :].split("\n")[:-1] if "\n@@" in text else []
        if remaining:
            parts.append((name, [(LINE_KINDS.get(line[:1], ""), line) for line in lines[:remaining]]))
        remaining -= min(remaining, len(lines))
    return {"diffs": parts, "is_truncated": not remaining}


urlpatterns = [
    path("", sync_page, name="content-files"),
    path("roadmap.zip", archive, name="content-zip"),
    path("roadmap.diff", patch, name="content-diff"),
]
