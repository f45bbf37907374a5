"""Before an edit in the admin changes anyone's numbers, its page shows what it does, and asks.

The edit has been made and measured by then, and rolled back (see ``audited`` in site.py). The page carries
all that was sent, so that one button sends it again, with the token of the impact that was confirmed. If anything has
come in between, so that the impact is another one, that one is shown.

A form that would undo what somebody else has saved since it was opened is rolled back as well, and shown again.
"""

from collections.abc import Callable

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.messages.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from progress.impact.changes import Impact
from stages.admin.redisplay import GO_BACK
from stages.models import Revision

CONFIRMED = "_impact"  # the field that carries the token of the impact
CONTROLS = {CONFIRMED, GO_BACK, "csrfmiddlewaretoken"}
FORM_VIEWS = {"add_view", "change_view"}


class ConfirmationRequired(Exception):  # noqa: N818 - it is a question
    """An edit changes numbers, and nobody has confirmed that yet."""


class EditConflict(Exception):  # noqa: N818 - it is a question, too
    """A form would undo what somebody else has saved since it was opened."""


def is_confirmed(request: HttpRequest, impact: Impact) -> bool:
    return bool(impact.is_agreed(request.POST.get(CONFIRMED, "")))


def notify_not_saved(request: HttpRequest) -> None:
    if GO_BACK in request.POST:
        messages.info(request, _("Nothing has been saved yet."))


def confirmation(request: HttpRequest, view: Callable[..., HttpResponse], impact: Impact) -> TemplateResponse:
    """The page that shows an Impact and asks to confirm it."""
    forget_messages(request)
    owner = getattr(view, "__self__", None)
    opts = owner.opts if isinstance(owner, ModelAdmin) else None
    context = {
        **admin.site.each_context(request),
        "title": _("What this does to learners"),
        "impact": impact,
        "is_stale": CONFIRMED in request.POST,
        "opts": opts,
        "posted": [(name, value) for name, values in request.POST.lists() if name not in CONTROLS for value in values],
        "path": request.get_full_path(),
        # A form can be shown again as it was filled in; an action goes back to its list.
        "is_form": getattr(view, "__name__", "") in FORM_VIEWS,
        "is_popup": "_popup" in request.POST,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "admin/impact.html", context)


def redisplay_form(request: HttpRequest, undone: list[Revision]) -> None:
    """Have a form shown again as it was filled in, with the revisions that it would undo."""
    forget_messages(request)
    data = request.POST.copy()
    data[GO_BACK] = "1"
    request.POST = data  # type: ignore[assignment] # it is not to be changed, but may be replaced
    request.undone = undone  # type: ignore[attr-defined] # for the form; see stages/admin/versioned.py


def refuse_deletion(request: HttpRequest) -> HttpResponse:
    """Somebody began with a topic at the very moment in which it was deleted."""
    forget_messages(request)
    messages.error(request, _("A learner has just begun with it, so nothing was deleted. Retire it instead."))
    return HttpResponseRedirect(request.get_full_path())


def forget_messages(request: HttpRequest) -> None:
    """Drop the messages of an edit that has been rolled back."""
    request._messages = default_storage(request)  # type: ignore[attr-defined] # where Django keeps them
