"""How much each page takes: so many kilobytes at once, and so often in an hour.

What exceeds its limit is refused by its length, before anything is read. These limits keep one person from having all
of a worker's time. What costs others something, such as a mail, has a limit of its own besides, which all workers keep
together (accounts/rate_limits.py). A route without a limit fails the suite.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.defaults import bad_request

from accounts.rate_limits import SharedCounts, WorkerCounts, client_key

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}  # their bodies are never read


class InputLimit(NamedTuple):
    kilobytes: int  # of a body with its files
    # Requests that write, of one account, or of one visitor's address, that a worker takes; by CACHE_URL, all.
    per_hour: int


TICK = InputLimit(16, 36_000)  # some milliseconds each: ten a second for an hour
BUTTON = InputLimit(16, 6_000)  # what is pressed, and where
FORM = InputLimit(64, 2_000)  # lines, choices and dates
WORK = InputLimit(512, 6_000)  # files of an exercise: saved while they are written, and after every check
TEXT = InputLimit(256, 1_000)  # 20,000 letters of any script, as a form sends them
LONG_FORM = InputLimit(512, 1_000)  # a choice for each topic, or for each learner
LIST = InputLimit(3_000, 300)  # a file or as much text; a little more than it takes, so that it can say so itself
PASSWORD = InputLimit(16, 600)  # hashing takes long on purpose
EDITOR = InputLimit(6_000, 3_000)  # lessons, and the many rows of an admin's list

LIMITS: dict[str, InputLimit] = {
    **dict.fromkeys(["tick", "tick_resource", "star"], TICK),
    **dict.fromkeys(["display", "undo_reset", "renew_share", "stop_share"], BUTTON),
    "attempt": WORK,
    "bring_pass": FORM,
    **dict.fromkeys(["reset_stage", "reset_track", "claim", "claim_roadmap", "share"], FORM),
    **dict.fromkeys(["note", "report"], TEXT),
    **dict.fromkeys(["import_list", "invite"], LIST),
    # Cohorts
    **dict.fromkeys(["join_cohort", "leave_cohort", "invitation"], FORM),
    **dict.fromkeys(["new_cohort", "edit_cohort", "duplicate_cohort", "archive_cohort"], FORM),
    **dict.fromkeys(["cohort_code", "renew_code", "add_instructor", "remove_instructor", "remove_learner"], FORM),
    **dict.fromkeys(["groups", "group", "write_message", "send_invitations", "withdraw_invitations"], LONG_FORM),
    **dict.fromkeys(["delete_group", "calendar", "renew_calendar", "end_calendar", "mail_choices", "mail_off"], FORM),
    "send_message_again": FORM,
    **dict.fromkeys(["assign", "edit_assignment", "change_whom", "change_rhythm"], LONG_FORM),
    **dict.fromkeys(["remove_assignment", "extend", "take_over"], FORM),
    **dict.fromkeys(["override", "undo_override", "dispute_override"], TEXT),
    # Tracks that instructors compose
    **dict.fromkeys(["new_own_track", "compose", "edit_section", "own_track_changes", "move_chosen"], LONG_FORM),
    **dict.fromkeys(["add_section", "move_section", "remove_section"], FORM),
    **dict.fromkeys(["add_topic", "remove_topic", "move_topic", "require_topic"], FORM),
    **dict.fromkeys(["own_track_authors", "leave_own_track", "remove_own_track"], FORM),
    # Accounts
    **dict.fromkeys(
        ["security", "end_session", "account", "account_email", "account_logout", "account_email_verification_sent"],
        FORM,
    ),
    **dict.fromkeys(["account_login", "account_signup", "account_reauthenticate", "account_delete"], PASSWORD),
    **dict.fromkeys(["account_change_password", "account_set_password", "account_reset_password"], PASSWORD),
    **dict.fromkeys(["account_reset_password_from_key", "account_confirm_login_code"], PASSWORD),
}
PREFIXES = {
    "admin:": EDITOR,
    "content-": EDITOR,
    "mfa_": PASSWORD,
    "socialaccount_": FORM,
    "openid_connect_": FORM,
}  # of routes that come with a package


def limit_of(view_name: str) -> InputLimit | None:
    """The limit of a route by its name; None for one that takes nothing."""
    by_prefix = (limit for prefix, limit in PREFIXES.items() if view_name.startswith(prefix))
    return LIMITS.get(view_name) or next(by_prefix, None)


class InputLimitsMiddleware:
    """Refuses what no page can want before anything reads it: 400, 413 or 429, with what to do about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.counts = SharedCounts() if settings.CACHE_URL else WorkerCounts()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # PostgreSQL stores no NUL, and nobody types one.
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "") or has_nul(request.COOKIES):
            return bad_request(request, BadRequest())
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, arguments: Any
    ) -> HttpResponseBase | None:
        if request.method in SAFE_METHODS:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        limit = limit_of(name) or BUTTON  # what takes nothing says so itself
        if length_of(request) > limit.kilobytes * 1_000:
            return render(request, "413.html", {"kilobytes": limit.kilobytes}, status=413)
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() != "utf-8" or has_nul(request.POST):  # browsers send forms as the page is encoded
            return bad_request(request, BadRequest())
        if self.counts.add((name, client_key(request))) > limit.per_hour:
            return render(request, "429.html", status=429)
        return None


def length_of(request: HttpRequest) -> int:
    """The bytes of the body. Where no length is given, as in a body that comes in chunks, Django reads nothing."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def has_nul(values: Any) -> bool:
    """Whether a NUL is in any value of a form or of the cookies, or in its name."""
    lists = values.lists() if hasattr(values, "lists") else ((name, [value]) for name, value in values.items())
    return any("\0" in text for name, texts in lists for text in (name, *texts))
