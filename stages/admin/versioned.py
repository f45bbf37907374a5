"""The history of an object in the admin: what changed, word by word, and restoring what was before."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from stages.admin.inlines import NaturalKeyFormSet
from stages.admin.latest_form import LatestForm
from stages.admin.markdown_widget import MARKDOWN_FIELDS
from stages.admin.protected_delete import ProtectedDeleteMixin
from stages.admin.redisplay import RedisplayMixin
from stages.admin.reviewers import ReviewerRestrictionsMixin
from stages.editing.text_warnings import has_page, markdown_fields, text_warnings
from stages.fixture_io import Fields, content_fields
from stages.fixture_io.records import CONTENT
from stages.markdown.render import render
from stages.models import Revision, TrackSection
from stages.revisions.diff import Difference, differences
from stages.revisions.edit_conflicts import SEEN_REVISION, newest_revision, revisions_since, values_then
from stages.revisions.recorder import INLINE_MODELS, LABELS, ContentSnapshot
from stages.revisions.restore import RestoreForm, form_values, restore_positions

REVISIONS_PER_PAGE = 20


class VersionedAdmin(RedisplayMixin, ProtectedDeleteMixin, ReviewerRestrictionsMixin):
    """A ModelAdmin of content: each object has its revisions, which can be restored."""

    object_history_template = "admin/stages/history.html"

    class Media:
        css = {"all": ["css/admin/content.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What is content: the tracks that instructors compose are theirs, and are edited elsewhere."""
        return super().get_queryset(request).filter(CONTENT.get(self.model, Q()))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.restore_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_put_back"
        return [path("put-back/<pk:pk>/", view, name=name), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A form says which revision was the newest when it was opened; see stages/revisions/edit_conflicts.py."""
        for name in MARKDOWN_FIELDS & request.POST.keys():
            render(request.POST[name].replace("\r\n", "\n"))  # takes its time before the transaction, not inside
        undone = [describe(revision, parts_of(revision.undone)) for revision in getattr(request, "undone", [])]
        seen = request.POST.get(SEEN_REVISION, "") if request.method == "POST" else newest_revision()
        if undone:
            seen = undone[-1].pk  # whoever saves it now knows what that undoes
        if request.method == "POST" and object_id and object_id.isdecimal():
            request.opened = values_then(self.model, int(object_id), request.POST.get(SEEN_REVISION, ""))  # type: ignore[attr-defined] # for the forms below
        context = {"seen_revision": seen, "undone": undone, "max_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """The form, which keeps what has been changed since it was opened, and its editor left alone."""
        form = super().get_form(request, obj, change=change, **kwargs)
        opened = getattr(request, "opened", {}) if obj else {}
        values = {name: value for name, value in opened.items() if name in form.base_fields}
        if not values:
            return form
        return type(form.__name__, (LatestForm, form), {"opened": form_values(self.model, values, [])})

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: InlineModelAdmin, prefix: str
    ) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "POST" and issubclass(inline.formset, NaturalKeyFormSet):
            kwargs["opened"] = rows_as_opened(request, obj, inline, inline.formset.key_field)
        return kwargs

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_or_change_permission(request, row):
            return super().history_view(request, object_id)
        revisions = Paginator(Revision.objects.about(row).select_related("by"), REVISIONS_PER_PAGE)
        page = revisions.get_page(request.GET.get("revisions"))
        for revision in page:
            describe(revision)
            revision.is_inline = revision.model != self.opts.label_lower
        context = {"revisions": page, "may_restore": self.has_change_permission(request, row)}
        return super().history_view(request, object_id, {**(extra_context or {}), **context})

    def restore_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what restoring would do, with the ordinary form of the object, filled in, behind one button.

        So what was is checked as anything that is typed today, by the same form, and it is a change like any other.
        ``?all`` takes everything as it was before that change, and not only what that change touched.
        """
        revision = get_object_or_404(Revision, pk=pk, model=self.opts.label_lower, before__isnull=False)
        seen = newest_revision()
        row = self.get_queryset(request).filter(pk=revision.object_id).first()
        if not (self.has_change_permission(request, row) if row else self.has_add_permission(request)):
            raise PermissionDenied
        whole = row is None or "all" in request.GET
        names = restored_fields(revision, whole)
        current = ContentSnapshot().entry(self.model, revision.object_id) or {}
        before: Fields = revision.before or {}
        restored = {name: before[name] for name in names if before[name] != current.get(name)}
        form = RestoreForm(self, request, row, restored)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Put back: %s") % revision.title,
            "subtitle": None,
            "opts": self.opts,
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": row,
            "revision": describe(revision),
            "differences": labelled_differences(
                self.model, current, restored, [name for name in restored if name not in form.left]
            ),
            "unchanged": [field_label(self.model, name) for name in form.left],
            "form": form,
            "whole": whole,
            "seen_revision": seen,
            "form_url": self.admin_url("change", row.pk) if row else self.admin_url("add"),
            "history_url": self.admin_url("history", row.pk) if row else reverse("admin:stages_revision_changelist"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/stages/restore.html", context)

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Iterable[forms.BaseInlineFormSet], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        notify_of_kept(request, form, formsets)
        warn_of_texts(request, form.instance)
        if revision := Revision.objects.put_back_by(request.POST, self.opts.label_lower):
            names = restored_fields(revision, "_whole" in request.POST)
            restore_positions(form.instance, revision.before or {}, names)

    def admin_url(self, page: str, *args: object) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)


def restored_fields(revision: Revision, whole: bool) -> list[str]:
    """The fields to restore: what that change touched, or all of them."""
    return [name for name in revision.before or {} if whole or name in revision.changed_fields()]


# --- What has been changed since a form was opened ---


def rows_as_opened(
    request: HttpRequest, parent: Model, inline: InlineModelAdmin, key_field: str
) -> dict[str, Mapping[str, Any]]:
    """The values that the rows below a form had when it was opened, by their keys, where they are others by now."""
    if inline.model is TrackSection:
        return sections_as_opened(parent, request.POST.get(SEEN_REVISION, ""))
    name, part = INLINE_MODELS[type(parent)]
    rows = [form_values(part, entry, []) for entry in getattr(request, "opened", {}).get(name, [])]
    return {str(row[key_field]): row for row in rows}


def sections_as_opened(track: Model, seen: str) -> dict[str, Mapping[str, Any]]:
    """The same of the sections of a track, which have revisions of their own, by the slugs of then and of now."""
    opened: dict[str, Mapping[str, Any]] = {}
    for revision in revisions_since(seen).filter(model="stages.tracksection", within=track.pk):
        if revision.before:
            values = opened.get(revision.before["slug"], revision.before)
            opened |= {entry["slug"]: values for entry in (revision.before, revision.after) if entry}
    return opened


def notify_of_kept(request: HttpRequest, form: forms.ModelForm, formsets: Iterable[forms.BaseInlineFormSet]) -> None:
    """Say what was changed by somebody else meanwhile, and has stayed."""
    kept = [str(form.fields[name].label) for name in getattr(form, "kept", [])]
    kept += [
        str(formset.get_queryset().model._meta.verbose_name_plural)
        for formset in formsets
        if getattr(formset, "dropped", None) or any(getattr(row, "kept", None) for row in formset.forms)
    ]
    if kept:
        message = _("Changed by somebody else since you opened the form, and left as it is now: {fields}.")
        messages.info(request, message.format(fields=", ".join(kept)))


def warn_of_texts(request: HttpRequest, row: Model) -> None:
    """Say what in a text readers will not see as it was meant. It is saved all the same."""
    for name in markdown_fields(type(row)):
        for warning in text_warnings(getattr(row, name), has_page):
            messages.warning(request, f"{field_label(type(row), name)}: {warning}")


# --- Words for what changed ---


def describe(revision: Revision, names: Iterable[str] | None = None) -> Revision:
    """Give a revision what its pages show: its kind, what became of its fields, and where it is restored."""
    model = LABELS[revision.model]
    revision.kind = str(capfirst(model._meta.verbose_name))
    revision.differences = labelled_differences(model, revision.before, revision.after, names)
    if revision.before:
        revision.restore_url = reverse(f"admin:stages_{model._meta.model_name}_put_back", args=[revision.pk])
    return revision


def parts_of(names: Iterable[str | tuple[str, tuple[str, ...]]]) -> set[str]:
    """The fields of an entry that these are; a link is in that of all links."""
    return {name if isinstance(name, str) else name[0] for name in names}


def labelled_differences(
    model: type[Model], before: Fields | None, after: Fields | None, names: Iterable[str] | None = None
) -> list[Difference]:
    labelled = sorted(differences(before, after, names), key=lambda difference: field_order(model, difference.name))
    for difference in labelled:
        difference.label = field_label(model, difference.name)
    return labelled


def field_order(model: type[Model], name: str) -> int:
    """Fields stand in the order of the model, with what is below it, and what is no field any more, at the end."""
    names = [field.name for field in content_fields(model)]
    return names.index(name) if name in names else len(names)


def field_label(model: type[Model], name: str) -> str:
    if model in INLINE_MODELS and name == INLINE_MODELS[model][0]:
        return {"links": _("Resources"), "places": _("Topics")}[name]
    names = {field.name: field.verbose_name for field in model._meta.get_fields() if hasattr(field, "verbose_name")}
    return capfirst(str(names.get(name, name)))  # a field of those days may be gone
