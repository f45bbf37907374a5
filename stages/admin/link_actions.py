"""What the admin shows of links and offers to do about them, wherever resources are listed."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stages.models import LinkCheck, Resource, State
from stages.models.links import current_check

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, StrPromise


class LinkFilter(admin.SimpleListFilter):
    title = gettext_lazy("link")
    parameter_name = "link"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [
            ("never", _("never checked")),
            ("dead", _("dead")),
            ("failing", _("failed last time")),
            ("redirected", _("redirected")),
            ("moved", _("moved for good")),
        ]

    def queryset(self, request: HttpRequest, resources: QuerySet[Resource]) -> QuerySet[Resource]:
        checks = LinkCheck.objects.all()
        match self.value():
            case "never":
                return resources.exclude(pk__in=checks.conclusive().values("pk"))
            case "dead":
                return resources.filter(pk__in=checks.dead().values("pk"))
            case "failing":
                return resources.filter(pk__in=checks.failing().values("pk"))
            case "redirected":
                return resources.filter(pk__in=checks.redirected().values("pk"))
            case "moved":
                return resources.filter(pk__in=checks.redirected().exclude(moved_to="").values("pk"))
        return resources


def link_status(resource: Resource) -> str:
    """What is known about the address of a resource, for a cell of a list."""
    check = current_check(resource)
    if not check or not check.outcome:
        return _("never checked")
    lines = [_("dead: %s") % check.description if check.is_dead else check.description]
    if check.outcome == LinkCheck.Outcome.GOOD and check.final_url:
        target = check.moved_to or check.final_url
        kind = _("moved for good to") if check.moved_to else _("redirects for now to")
        lines.append(format_html('{} <a href="{}">{}</a>', kind, target, Truncator(target).chars(60)))
    if check.outcome != LinkCheck.Outcome.GOOD and check.last_good_at:
        lines.append(_("last good on %s") % date_format(check.last_good_at))
    return format_html("{}" + "<br>{}" * (len(lines) - 1), *lines)


def suggestion(resource: Resource) -> "StrOrPromise":
    """The action that fits best, by the words it has in the menu."""
    check = current_check(resource)
    if check and check.outcome == LinkCheck.Outcome.GOOD:
        return NEW_ADDRESS if 0 < len(check.moved_to) <= MAX_URL_LENGTH else ""
    return ARCHIVE if check and check.is_dead and check.last_good_at else RETIRE if check and check.is_dead else ""


MAX_URL_LENGTH = Resource._meta.get_field("url").max_length or 0  # some redirects are longer

NEW_ADDRESS = gettext_lazy("Take the address it has moved to")
ARCHIVE = gettext_lazy("Put the archive’s address in place")
OUTDATED = gettext_lazy("Mark the resource as outdated")
RETIRE = gettext_lazy("Retire the resource")


# Changes one resource, unsaved, and returns the fields that it changed. It raises ValidationError, with the reason,
# for one that it does not suit.
type ResourceChange = Callable[[Resource], list[str]]


def take_new_address(resource: Resource) -> list[str]:
    check = current_check(resource)
    if not check or check.outcome != LinkCheck.Outcome.GOOD or not check.moved_to:
        raise ValidationError(_("it is not known to have moved for good."))
    resource.url = check.moved_to
    return ["url"]


def put_archive_in_place(resource: Resource) -> list[str]:
    check = current_check(resource)
    if not check or not check.is_dead:
        raise ValidationError(_("it is not known to be dead."))
    resource.url = check.archive_url
    return ["url"]


def mark_as_outdated(resource: Resource) -> list[str]:
    check = current_check(resource)
    if resource.outdated:
        raise ValidationError(_("it says already what is outdated."))
    if check and check.is_dead:
        resource.outdated = _("Its page has not answered since we last checked.")
    else:
        resource.outdated = _("Readers report that it is out of date.")
    return ["outdated"]


def retire(resource: Resource) -> list[str]:
    if resource.state == State.RETIRED:
        raise ValidationError(_("it is retired already."))
    resource.state = State.RETIRED
    return ["state"]


def apply_to_each(
    model_admin: admin.ModelAdmin, request: HttpRequest, resources: Iterable[Resource], change: ResourceChange
) -> list[Resource]:
    """Apply a change to each resource, say in words and in the log what came of it, and return those it changed."""
    changed = []
    for resource in resources:
        title = str(resource)
        try:
            fields = change(resource)
            others = [field.name for field in resource._meta.concrete_fields if field.name not in fields]
            resource.full_clean(exclude=others)
        except ValidationError as error:
            reason = " ".join(dict.fromkeys(error.messages))
            text = _("“%(title)s” stays as it is: %(reason)s") % {"title": title, "reason": reason}
            model_admin.message_user(request, text, messages.WARNING)
            continue
        resource.save(update_fields=fields)
        model_admin.log_change(request, resource, [{"changed": {"fields": fields}}])
        changed.append(resource)
    if changed:
        number = len(changed)
        text = ngettext("%d resource changed: %s.", "%d resources changed: %s.", number)
        model_admin.message_user(request, text % (number, ", ".join(map(str, changed))))
    return changed


def resource_action(
    change: ResourceChange, description: "StrPromise"
) -> Callable[["LinkActionsMixin", HttpRequest, QuerySet[Any]], None]:
    """An action that applies ``change`` to ``resources_of`` the chosen rows, and then calls ``after_change``."""

    @admin.action(description=description, permissions=["change_resources"])
    def action(model_admin: "LinkActionsMixin", request: HttpRequest, rows: QuerySet[Any]) -> None:
        changed = apply_to_each(model_admin, request, model_admin.resources_of(rows), change)
        model_admin.after_change(request, rows, changed)

    action.__name__ = change.__name__
    return action


LINK_ACTIONS = [
    resource_action(take_new_address, NEW_ADDRESS),
    resource_action(put_archive_in_place, ARCHIVE),
    resource_action(mark_as_outdated, OUTDATED),
    resource_action(retire, RETIRE),
]


class LinkActionsMixin(admin.ModelAdmin):
    """For the list of resources, and for others that lead to resources."""

    def has_change_resources_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stages.change_resource")

    def resources_of(self, rows: QuerySet[Any]) -> Iterable[Resource]:
        return rows.select_related("link_check")

    def after_change(self, request: HttpRequest, rows: QuerySet[Any], changed: list[Resource]) -> None:
        """What else there is to do once the resources have changed."""
