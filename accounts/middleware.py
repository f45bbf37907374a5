from collections.abc import Callable

from django.contrib.auth import middleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect

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
