"""Draft, planned, published, retired: seeing it, filtering by it, and changing it for many at once."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import model_ngettext
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stages.admin.versioned import VersionedAdmin
from stages.editing.permissions import may_publish
from stages.models import Stage, State


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        planned = [("planned", _("planned"))] if has_publish_date(model_admin.model) else []
        return [*((value, label.lower()) for value, label in State.choices), *planned]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "planned":
                return rows.filter(state=State.PUBLISHED, publish_at__gt=timezone.now())
            case State.PUBLISHED if has_publish_date(rows.model):
                return rows.filter(state=State.PUBLISHED).exclude(publish_at__gt=timezone.now())
            case None:
                return rows
        return rows.filter(state=self.value())


def has_publish_date(model: type[Model]) -> bool:
    return any(field.name == "publish_at" for field in model._meta.concrete_fields)


class PublishableAdmin(VersionedAdmin):
    """Content that is a draft, published or retired, perhaps from a date on."""

    actions = ["publish", "make_draft", "retire"]
    empty_value_display = gettext_lazy("none")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and may_publish(request.user)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new object is a draft, until it is finished."""
        return {"state": State.DRAFT, **super().get_changeform_initial_data(request)}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """While a form is saved, its row is locked: what is moved at the same time stays moved."""
        if connection.in_atomic_block and object_id.isdecimal():
            self.model.objects.select_for_update().filter(pk=object_id).first()
        return super().get_object(request, object_id, from_field)

    def view_on_site(self, row: Any) -> str | None:
        """Only where there is a page; drafts have a preview instead."""
        return row.get_absolute_url() if row.is_published() else None

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_now(self, row: Any) -> str:
        if row.state == State.PUBLISHED and not row.is_published() and row.publish_at > timezone.now():
            when = date_format(timezone.localtime(row.publish_at), "SHORT_DATETIME_FORMAT")
            return _("planned for {when}").format(when=when)
        return row.get_state_display().lower()

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Iterable[forms.BaseInlineFormSet], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        self.warn_of_empty_stages(request)

    def warn_of_empty_stages(self, request: HttpRequest) -> None:
        """An edit elsewhere can empty a stage. It is allowed, since the next one may fill it, and it is said."""
        for stage in Stage.objects.empty():
            page = reverse("admin:stages_stage_change", args=[stage.pk])
            message = _("The stage {stage} is published, and has no published topics.")
            messages.warning(request, format_html(message, stage=format_html('<a href="{}">{}</a>', page, stage)))

    @admin.action(description=gettext_lazy("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        if self.model is Stage:
            filled = rows.filter(topics__state=State.PUBLISHED).values("pk")
            for stage in rows.exclude(pk__in=filled):
                message = _("“{stage}” stays as it is: publish one of its topics first.")
                messages.error(request, message.format(stage=stage))
            rows = rows.filter(pk__in=filled)
        self.set_state(request, rows, State.PUBLISHED, _("{things} published"))

    @admin.action(description=gettext_lazy("Make drafts again"), permissions=["publish"])
    def make_draft(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.set_state(request, rows, State.DRAFT, _("{things} made drafts"))

    @admin.action(description=gettext_lazy("Retire"), permissions=["publish"])
    def retire(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.set_state(request, rows, State.RETIRED, _("{things} retired"))

    def set_state(self, request: HttpRequest, rows: QuerySet[Any], state: State, message: str) -> None:
        """State what ``rows`` are from now on, write each change down in its history, and say what happened."""
        changed, unchanged = 0, 0
        with transaction.atomic():
            for row in self.model.objects.filter(pk__in=rows.values("pk")).order_by("pk").select_for_update():
                planned = state == State.PUBLISHED and has_publish_date(self.model) and not row.is_published()
                if row.state == state and not (planned and row.publish_at):
                    unchanged += 1
                    continue
                changed += 1
                row.state = state
                if planned:
                    row.publish_at = None  # the action means now
                row.save(update_fields=["state", "publish_at"] if planned else ["state"])
                self.log_change(request, row, [{"changed": {"fields": ["state"]}}])
        if not changed and not unchanged:
            return
        parts = []
        if changed:
            things = f"{changed} {model_ngettext(self.opts, changed)}"
            parts.append(message.format(things=things))
        if unchanged:
            parts.append(ngettext("{count} was already", "{count} were already", unchanged).format(count=unchanged))
        messages.success(request, f"{capfirst(', '.join(parts))}.")
        self.warn_of_empty_stages(request)
