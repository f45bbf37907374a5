"""Pages on which rows are put in order: by buttons, which need no script, and by dragging as a shortcut.

Ours, and not django-admin-sortable2: that one needs a script and a mouse, and sends the places of all rows as one
page saw them, so that of two people the second undoes the first. Here a request says where one row goes
(``stages.editing.ordering``), which is why the forms show a row's place and do not set it.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stages.editing.ordering import move_after, next_position
from stages.editing.permissions import may_publish
from stages.fixture_io import content_rows

type LogMove = Callable[[HttpRequest, Any, str], None]  # writes down what was done to a row, in words


class ReorderAdmin(admin.ModelAdmin):
    """``ordered_children`` names the rows below an object that can be put in order, such as the topics of a stage.

    ``is_ordered`` is for a model whose own rows have an order. What is new comes last.
    """

    ordered_children = ""
    ordered_children_related: Sequence[str] = ()  # what the names of those rows are made of
    is_ordered = False
    change_form_template = "admin/stages/change_form.html"
    change_list_template = "admin/stages/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        name, view = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        urls = []
        if self.is_ordered:
            urls.append(path("arrange/", view(self.reorder_all), name=f"{name}_arrange_all"))
        if self.ordered_children:
            urls.append(path("<pk:pk>/arrange/", view(self.reorder_children), name=f"{name}_arrange"))
        return [*urls, *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["place"] if "place" in self.form_fields() else [])]

    def form_fields(self) -> list[Any]:
        sets = self.fieldsets or [(None, {"fields": self.fields or []})]
        return [name for _, options in sets for name in options["fields"]]

    @admin.display(description=gettext_lazy("place"), ordering="position")
    def place(self, row: Any) -> int | str:
        return row.position if row.pk else _("comes last")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # Every move changes the places of others, so it is for whom none of them is out of reach.
        may_reorder = self.is_ordered and self.has_change_permission(request) and may_publish(request.user)
        return super().changelist_view(request, {**(extra_context or {}), "may_reorder": may_reorder})

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.position = next_position(self.siblings(obj))
        super().save_model(request, obj, form, change)

    def siblings(self, row: Any) -> QuerySet[Any]:
        """The rows among which ``row`` has its place."""
        return self.model.objects.all()

    def save_formset(
        self, request: HttpRequest, form: forms.ModelForm, formset: forms.BaseInlineFormSet, change: bool
    ) -> None:
        """Rows that are added below an object come last, in the order in which they were filled in."""
        if self.ordered_children and formset.model is self.model._meta.get_field(self.ordered_children).related_model:
            position = next_position(getattr(form.instance, self.ordered_children)) if form.instance.pk else 1
            for extra in formset.extra_forms:
                if extra.has_changed() and not formset._should_delete_form(extra):  # type: ignore[attr-defined] # no stub
                    extra.instance.position, position = position, position + 1
        super().save_formset(request, form, formset, change)

    def reorder_all(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        rows = content_rows(self.model)
        return self.reorder_page(request, rows, rows.model._meta.verbose_name_plural, self.log_move)

    def reorder_children(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.reorder_below(request, pk, self.ordered_children, self.ordered_children_related)

    def reorder_below(self, request: HttpRequest, pk: int, children: str, related: Sequence[str] = ()) -> HttpResponse:
        parent = get_object_or_404(content_rows(self.model), pk=pk)
        if not self.has_change_permission(request, parent):
            raise PermissionDenied
        rows = getattr(parent, children).all()
        if related:
            rows = rows.select_related(*related)
        return self.reorder_page(
            request, rows, parent, lambda request, _row, text: self.log_move(request, parent, text)
        )

    def log_move(self, request: HttpRequest, row: Any, message: str) -> None:
        self.log_change(request, row, message)

    def reorder_page(self, request: HttpRequest, rows: QuerySet[Any], parent: object, log: LogMove) -> HttpResponse:
        """The page of ``rows``, and the move that it asks for: ``move`` is "<row>:<the row before it>"."""
        if request.method == "POST":
            moved, _colon, previous = request.POST.get("move", "").partition(":")
            self.move(request, rows, moved, previous, log)
            return HttpResponseRedirect(f"?{urlencode({'moved': moved, 'by': request.GET.get('by', '')})}")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Put in order: {what}").format(what=parent),
            "opts": self.opts,
            "parent": None if parent is self.opts.verbose_name_plural else parent,
            "rows_with_moves": rows_with_moves(list(rows.order_by("position", "pk"))),
            "row_opts": rows.model._meta,
            "moved": request.GET.get("moved"),
            "by": request.GET.get("by"),
        }
        return render(request, "admin/stages/reorder.html", context)

    def move(self, request: HttpRequest, rows: QuerySet[Any], moved: str, previous: str, log: LogMove) -> None:
        done = False
        with suppress(ValueError):
            done = move_after(rows.select_related(None), int(moved), int(previous) if previous else None)
        if not done:
            messages.error(request, _("That row is not in this list any more, so nothing was moved."))
            return
        by_pk = {row.pk: row for row in rows}
        row, before = by_pk[int(moved)], by_pk.get(int(previous)) if previous else None
        message = _("“{row}” comes after “{before}” now.") if before else _("“{row}” comes first now.")
        message = message.format(row=row_label(row), before=before and row_label(before))
        log(request, row, message)
        messages.success(request, message)


def rows_with_moves(rows: Sequence[Model]) -> list[tuple[Model, str, str, str]]:
    """[(row, its label, move up, move down)]; a move is what its button says, and empty at either end."""
    labelled = []
    for index, row in enumerate(rows):
        up = f"{row.pk}:{rows[index - 2].pk if index > 1 else ''}" if index else ""
        down = f"{row.pk}:{rows[index + 1].pk}" if index + 1 < len(rows) else ""
        labelled.append((row, row_label(row), up, down))
    return labelled


def row_label(row: Model) -> str:
    """What a row is called here: a link by what it leads to."""
    leads_to = [name for name in ("resource", "topic") if hasattr(row, f"{name}_id") and not hasattr(row, "title")]
    return str(getattr(row, leads_to[0]) if leads_to else row)


def change_link(row: Model) -> SafeString:
    """A link to the form of a row."""
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', page, row)
