"""Failures are reported to a collector that speaks Sentry's protocol, where SENTRY_DSN names one.

A report says what failed and where, and nothing of who met it: no address of a page, which may have a key in it, no
cookie, no form, no value of a variable. Its ``request_id`` leads to the lines of the log.
"""

from typing import TYPE_CHECKING

from roadmap_site.request_log import current

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint


def start(dsn: str) -> None:
    """Report every exception that reaches Django, and what is logged as an error. Nothing is sent on the way to it."""
    import sentry_sdk  # a tenth of a second, for those who want it

    sentry_sdk.init(
        dsn,
        before_send=without_persons,
        data_collection={
            "user_info": False,
            "cookies": {"mode": "off"},
            "http_headers": {"request": {"mode": "off"}},
            "http_bodies": [],
            "url_query_params": {"mode": "off"},
            "database_query_data": False,
            "stack_frame_variables": False,
        },
        max_breadcrumbs=0,
        server_name="",
        auto_session_tracking=False,
    )


def without_persons(event: "Event", hint: "Hint") -> "Event":
    event["request"] = {"url": event.get("transaction", "")}  # its route
    event.pop("user", None)
    event.setdefault("tags", {})["request_id"] = current.get()
    return event
