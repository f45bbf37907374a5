"""The admin: who comes in, and what is written down of what they do there."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.requests import AuthedRequest

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class WaymarkAdminSite(AdminSite):
    index_title = "The roadmap and its learners"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and second_factor.is_satisfied(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        from stages.admin.sync_page import may_see_files
        from stages.content import current_site_settings
        from stages.models import Stage

        return {
            **super().each_context(request),
            **dict.fromkeys(["site_header", "site_title"], current_site_settings().name),
            "has_stages": Stage.objects.exists,  # asked where it matters
            "may_see_files": partial(may_see_files, request.user),
        }

    @method_decorator([secure_admin_login, login_not_required])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Staff logs in where everyone does, behind the same rate limits, and has to have a second factor.

        Whoever comes here signed in either has all that it takes, or lacks the second factor.
        """
        next_url = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(next_url, {request.get_host()}, require_https=request.is_secure()):
            next_url = reverse("admin:index")
        if self.has_permission(request):
            return redirect(next_url)
        if second_factor.is_set_up(request.user):
            messages.info(request, _("Please confirm with your second factor before you open the admin."))
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': next_url})}")
        messages.info(
            request,
            _(
                "Staff log in with a second factor. Set up an authenticator app here, or a passkey under “Security”, "
                "and then open the admin again."
            ),
        )
        return redirect("mfa_activate_totp")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(audited(view), cacheable)


def audited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of the admin that leaves a Revision of all content that it changes, and an entry in the staff log.

    All that it writes is one transaction, so whoever may not do a part of it has done nothing of it. What it does to
    anyone's numbers is measured in there, and rolled back until somebody confirms it; so is a form that would undo
    what somebody else has saved since it was opened. A view that changes nothing however it is asked, such as a
    preview, says so with ``is_read_only = True``.
    """

    @wraps(view)
    def audited_view(request: AuthedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Here, because the models are not there yet when the admin is set up.
        from progress.impact import capture_content, impact_of
        from roadmap_site.admin.audit_log import AuditLog
        from roadmap_site.admin.confirmation import (
            ConfirmationRequired,
            EditConflict,
            confirmation,
            is_confirmed,
            notify_not_saved,
            redisplay_form,
            refuse_deletion,
        )
        from stages.editing.permissions import refuse_to_publish
        from stages.models import Revision
        from stages.revisions.edit_conflicts import SEEN_REVISION, changes_undone_by
        from stages.revisions.recorder import record_revisions

        log = AuditLog(view, request)
        if request.method in SAFE_METHODS or getattr(view, "is_read_only", False):
            response = view(request, *args, **kwargs)
            log.write_download(response)
            return response
        try:
            with transaction.atomic():
                log.begin()
                notify_not_saved(request)
                content = capture_content()
                with record_revisions(Revision.How.ADMIN, by=request.user, why=log.reason()) as revisions:
                    response = view(request, *args, **kwargs)
                refuse_to_publish(request.user, revisions)
                if undone := changes_undone_by(revisions, request.POST.get(SEEN_REVISION, "")):
                    raise EditConflict
                impact = impact_of(content, revisions)
                if impact and not is_confirmed(request, impact):
                    raise ConfirmationRequired
                log.write(response, revisions)
        except PermissionDenied:
            log.log_refusal()
            raise
        except EditConflict:
            redisplay_form(request, undone)
            return view(request, *args, **kwargs)
        except ConfirmationRequired:
            return confirmation(request, view, impact)
        except ProtectedError:
            return refuse_deletion(request)
        return response

    return audited_view
