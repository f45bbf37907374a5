from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, middleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect

from accounts import sessions
from accounts.requests import HtmxRequest

type View = Callable[..., HttpResponseBase]


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Every page asks for a log-in unless its view is marked ``@login_not_required``.

    A request from htmx is told to move the whole page: otherwise the log-in form would land inside a list.
    """

    # The redirect that htmx follows is another one than Django's.
    def handle_no_permission(self, request: HtmxRequest, view_func: View) -> HttpResponseBase:  # type: ignore[override]
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        page = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(page, self.get_login_url(view_func)).url)


class RenamedCookieMiddleware:
    """Takes a visitor's session, with their ticks, from the name that its cookie had before it was ``__Host-``.

    Other hosts of the domain can set a cookie of that name, so no session in which somebody is signed in is taken:
    they sign in once more. It can go 90 days after the release that changed the name.
    """

    OLD_NAME = "sessionid"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        name = settings.SESSION_COOKIE_NAME
        if name not in request.COOKIES and self.OLD_NAME in request.COOKIES:
            session = type(request.session)(request.COOKIES[self.OLD_NAME])
            if SESSION_KEY not in session and not session.is_empty():
                session.modified = True  # so that SessionMiddleware sends it by its new name
                request.session, request.COOKIES[name] = session, request.COOKIES[self.OLD_NAME]
        return self.get_response(request)


class LastSeenMiddleware:
    """Notes when a session was last used, where a page has asked whose it is; see accounts/sessions.py.

    When it ends, the browser is told to forget what it has kept of it: pages, and drafts of notes. It keeps its
    cookies, for how it shows the pages and that it is a known device.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.session.accessed and request.user.is_authenticated:
            sessions.note_use(request)
        if getattr(request, "signed_out", False):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class VisitorFormsMiddleware:
    """Lets a form of somebody who is not signed in come without a token, where the browser vouches for it.

    Pages that a shared cache may keep hold no token. So the first tick of a visitor comes without one, and so does
    one from such a page that the visitor has gone back to. The browser says itself where a form was sent from, and no
    page can make it say otherwise: ``Sec-Fetch-Site`` in all that are not old, else ``Origin``. A request that says
    neither needs a token, and so does everything of somebody who is signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, arguments: Any) -> None:
        """Runs before that of CsrfViewMiddleware, which heeds the mark."""
        if request.method == "POST" and comes_from_this_site(request) and not request.user.is_authenticated:
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]


def comes_from_this_site(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very site has sent the request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
