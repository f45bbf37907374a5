"""Pages in two phases, which others call donut caching: the content once, then for each reader what is theirs.

A page is rendered once for each version of the content, as text with holes where something depends on the reader,
and kept with that version (stages/content.py). A request fills the holes and joins the text. The template stays one
readable template: ``{% per_reader %}`` marks what belongs to the reader (stages/templatetags/pages.py), and tags that
show a reader's progress are holes by themselves (``hole``).

In the first phase there is no request, so that nobody's name can get into a page that others are shown.
"""

import re
import secrets
from collections.abc import Callable, Hashable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import Context, Engine, RequestContext, Template
from django.urls import resolve
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from stages.content import Content
from stages.visitor_pages import VisitorPage, brings_nothing, is_like_all_others

ADDRESSES = 4  # at which one page is kept for visitors: a query that says nothing leads to it as well

type MakeContext = Callable[..., dict[str, Any]]
type Hole = Callable[[Context], str | bytes]  # what a reader gets in its place, from the context of their request


def render_page(
    request: HttpRequest,
    content: Content,
    template_name: str,
    make: MakeContext,
    *arguments: Hashable,
    reader: dict[str, Any] | None = None,
) -> HttpResponseBase:
    """A page of the content for whoever asks. No query but those of its holes, once the page is kept.

    ``make(content, *arguments)`` gives the context of the first phase, from a Content and nothing but these arguments;
    it may raise Http404. It is asked once for each version of the content. ``reader`` is what the holes know besides.
    """
    page = kept_page(content, template_name, make, *arguments)
    if reader is None and is_like_all_others(request):
        return page.for_visitors(request).respond(request)
    response = HttpResponse(page.fill(request, reader))
    patch_vary_headers(response, ["Cookie"])
    return response


def kept_page(content: Content, template_name: str, make: MakeContext, *arguments: Hashable) -> "Page":
    """What render_page has filled."""
    template = Engine.get_default().get_template(template_name)
    return content.keep(first_phase, template, get_language(), make, *arguments)


def text_for_strangers(
    content: Content, path: str, template_name: str, make: MakeContext, *arguments: Hashable
) -> bytes:
    """The page as it is for a visitor who brings nothing and asks for this path, without anybody asking."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    request.resolver_match = resolve(path)
    request.user, request.session = AnonymousUser(), SessionStore()
    return kept_page(content, template_name, make, *arguments).fill(request)


def first_phase(
    content: Content,
    template: Template,
    language: str | None,
    make: MakeContext,
    *arguments: Hashable,
) -> "Page":
    """The page in the language that is active, which is among the arguments to be kept apart from others."""
    return Page(template, {"site_settings": content.site_settings, **make(content, *arguments)})


class Page:
    """A page that waits for its readers."""

    def __init__(self, template: Template, context: dict[str, Any]) -> None:
        self.template, self.context = template, context
        holes = Holes()
        self.parts = holes.cut(template.render(Context({**context, "holes": holes})))
        self._visitor_pages: dict[str, VisitorPage] = {}

    def for_visitors(self, request: HttpRequest) -> VisitorPage:
        """The page as every visitor sees it who asks for this address."""
        address = request.build_absolute_uri()
        page = self._visitor_pages.get(address)
        if page is None:
            if len(self._visitor_pages) >= ADDRESSES:
                self._visitor_pages.clear()
            page = self._visitor_pages[address] = VisitorPage(self.fill(request))
        return page

    def fill(self, request: HttpRequest, reader: dict[str, Any] | None = None) -> bytes:
        """The page as this reader sees it."""
        context = RequestContext(request, self.context)
        state, binding = context.render_context.push_state(self.template), context.bind_template(self.template)
        with state, binding, context.push(reader or {}):
            if brings_nothing(request):
                context["csrf_token"] = None
            filled = [part if isinstance(part, bytes) else part(context) for part in self.parts]
        return b"".join([part.encode() if isinstance(part, str) else part for part in filled])


class Holes:
    """The holes of one page, while it is rendered for the first time."""

    def __init__(self) -> None:
        self.holes: list[Hole] = []
        self.mark = secrets.token_hex(8)  # nothing that somebody wrote can look like a hole

    def add(self, hole: Hole) -> SafeString:
        """What stands in the text for a hole."""
        self.holes.append(hole)
        return mark_safe(f"{self.mark}:{len(self.holes) - 1};")  # noqa: S308

    def cut(self, text: str) -> list[bytes | Hole]:
        """The text between the holes, encoded as it is sent, and the holes."""
        parts = re.split(rf"{self.mark}:(\d+);", text)
        return [self.holes[int(part)] if index % 2 else part.encode() for index, part in enumerate(parts) if part]


def hole(context: Context, fill: Hole) -> SafeString:
    """A tag's answer that depends on the reader: kept as a hole in the first phase, elsewhere filled at once."""
    holes: Holes | None = context.get("holes")
    if holes:
        return holes.add(fill)
    filled = fill(context)
    return mark_safe(filled.decode() if isinstance(filled, bytes) else filled)  # noqa: S308 - what a tag gives is safe
