"""Pages of one Chromium, kept from test to test."""

import json
from collections import defaultdict
from contextlib import suppress
from typing import Any

from playwright.sync_api import Browser, Error, Page

# What a page can be told later; every other option is its context's for good.
LATER = {"color_scheme", "forced_colors", "reduced_motion"}


class PagePool:
    """Hands out pages, and empties them to hand them out again to who asks for the same options.

    To start the process of a new page takes Chromium longer than most tests do. And to close a page that is on its
    way somewhere is what Chromium now and then never answers.
    """

    def __init__(self, chromium: Browser, url: str) -> None:
        self.chromium, self.url = chromium, url
        self.free: dict[str, list[Page]] = defaultdict(list)
        self.taken: list[tuple[Page, str | None]] = []

    def take(self, fresh: bool = False, **options: Any) -> Page:
        """A page with these options of ``Browser.new_context``; a fresh one has nothing kept, not even a style."""
        viewport = options.pop("viewport", {"width": 1280, "height": 720})
        media = {name: options.pop(name) for name in LATER & options.keys()}
        kind = None if fresh else json.dumps(options, sort_keys=True)
        if kind and self.free[kind]:
            page = self.free[kind].pop()
            page.set_viewport_size(viewport)
        else:
            context = self.chromium.new_context(base_url=self.url, viewport=viewport, **options)
            context.set_default_timeout(8000)
            page = context.new_page()
        if media:
            page.emulate_media(**media)
        self.taken.append((page, kind))
        return page

    def take_back(self) -> None:
        """Empty all pages that are out, and what their contexts hold."""
        while self.taken:
            page, kind = self.taken.pop()
            try:
                self.empty(page)
            except Error:  # it did not answer in time, and is not used again
                kind = None
            if kind:
                self.free[kind].append(page)
            else:
                page.context.close()

    def empty(self, page: Page) -> None:
        for each in page.context.pages:
            self.rest(each)
            if each is not page:
                each.close()
        page.unroute_all()
        page.emulate_media(media="null", color_scheme="null", forced_colors="null", reduced_motion="null")
        page.mouse.move(0, 0)
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
        page.context.clear_cookies()

    def rest(self, page: Page) -> None:
        """Wait on an empty page of the same site: to another site Chromium would go with a new process."""
        with suppress(Error):  # what is still on its way somewhere else may come first
            page.goto("/healthz")
        if not page.url.endswith("/healthz"):
            page.goto("/healthz")
