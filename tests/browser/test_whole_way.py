"""The whole way of one person on the real roadmap: from the first tick of a visitor to a deleted account."""

import json
import re
from itertools import groupby

import pytest

from stages.models import Entry, Stage, Topic
from tests.browser.test_journey import box, state
from tests.conftest import User
from tests.progress.transfer.test_personal_data import models_with_people

EMAIL, PASSWORD = "ada@example.com", "walk-the-line-27"
NOTE = "Keep **queries** out of templates: 1 < 2."
OPTIONAL = "Web scraping"
STARRED = "Templates"
# Six boxes of the fifth document by how they begin. Two say what is done already; four mean six topics that are not.
BROUGHT = ["Variables", "Web Scraping", "Regular Expressions", "Virtual Environments", "Authentication", "Caching"]
NEW = {"python-regex", "virtual-environments", "package-management", "authentication", "authorization", "caching"}


def topics_of(stage):
    return list(Stage.objects.get(slug=stage).topics.published())


def fifth_document(ticked):
    """The check-list among the five documents, with the boxes ticked that begin with one of ``ticked``."""
    entries = Entry.objects.filter(source__key="check-list", section__contains="/").exclude(kind="frame")
    text, heading = "# Backend Web Development Roadmap: Python and Django\n", None
    for (section, _), found in groupby(entries.order_by("position"), key=lambda entry: (entry.section, entry.line)):
        if section != heading:
            heading = section
            text += f"\n## {section.rpartition('/')[2].strip()}\n\n"
        label = ", ".join(entry.label for entry in found)
        text += f"- [{'x' if label.startswith(tuple(ticked)) else ' '}] {label}\n"
    assert text.count("[x]") == len(ticked)
    return text


def ticked(page, name):
    """Wait until a tick is saved: the page offers to take it back then."""
    page.locator(".undo", has_text=f"{name}: done.").wait_for()


def number(page, path):
    page.goto(path)
    return page.locator("#bar-total strong").inner_text()


def download(page, name):
    """What the link leads to, asked for as this browser; waiting for its own download knows no time limit."""
    return page.request.get(page.get_by_role("link", name=name).get_attribute("href")).text()


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_first_tick_to_the_last(open_browser, roadmap, mailoutbox, javascript):
    total = Topic.objects.published().filter(required=True).count()
    python, views = topics_of("python-foundations"), topics_of("views-and-templates")

    # A visitor ticks twelve, one of them optional …
    laptop = open_browser(java_script_enabled=javascript)
    laptop.goto("/")
    for name in [*(topic.title for topic in python[:11]), OPTIONAL]:
        box(laptop, name).click()
        ticked(laptop, name)
    assert re.search(r"\b1 of \d+ optional", laptop.locator("#bar-total").inner_text())
    assert laptop.locator("#bar-total strong").inner_text() == f"11 of {total}"
    assert number(laptop, "/") == f"11 of {total}"

    # … and signs up.
    laptop.get_by_role("navigation", name="Account").get_by_role("link", name="Sign up").click()
    laptop.get_by_label("Email").fill(EMAIL)
    laptop.get_by_label("Name").fill("Ada")
    laptop.get_by_label("Password").fill(PASSWORD)
    laptop.get_by_role("button", name="Sign Up").click()
    laptop.get_by_label("Code").wait_for()
    code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mailoutbox[-1].body, re.MULTILINE).group(1)
    laptop.get_by_label("Code").fill(code)
    laptop.get_by_role("button", name="Confirm").click()
    laptop.get_by_text("12 topics from this visit added to your account.").wait_for()
    assert number(laptop, "/") == number(laptop, "/me/") == f"11 of {total}"

    # On a phone the learner goes through a whole stage, and takes the last tick back.
    learner = User.objects.get(email=EMAIL)
    phone = open_browser(
        learner, java_script_enabled=javascript, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    phone.goto("/stages/views-and-templates/")
    for topic in views:
        box(phone, topic.title).tap()
        ticked(phone, topic.title)
    assert phone.locator("#bar-views-and-templates strong").inner_text() == "13 of 13"
    phone.get_by_role("button", name=f"Undo: {views[-1].title}").tap()
    phone.locator("#bar-views-and-templates strong", has_text="12 of 13").wait_for()
    assert state(phone, views[-1].title) == "false"
    assert number(phone, "/") == number(phone, "/me/") == number(laptop, "/me/") == f"23 of {total}"

    # A note and a star.
    phone.goto("/stages/views-and-templates/")
    phone.get_by_role("link", name=STARRED, exact=True).tap()
    phone.get_by_role("button", name=f"Star: {STARRED}").tap()
    phone.locator("#star[aria-pressed=true]").wait_for()
    phone.get_by_text("Write a note").tap()
    phone.get_by_label(f"Your note on {STARRED}").fill(NOTE)
    phone.get_by_role("button", name="Save the note").tap()
    assert phone.locator(".prose.note strong").inner_text() == "queries"

    # The fifth document comes in. It leaves open most of what is done here, and that stays done.
    phone.goto("/me/data/")
    phone.get_by_label("Paste it").fill(fifth_document(BROUGHT))
    phone.get_by_role("button", name="See what it means here").tap()
    phone.get_by_text("; 6 are ticked.").wait_for()
    assert "6 topics would change. Nothing has changed yet." in phone.locator(".page-head").inner_text()
    phone.get_by_role("button", name="Agree, and record it").tap()
    phone.get_by_text("6 topics recorded from your list.").wait_for()
    assert number(phone, "/") == number(phone, "/me/") == number(laptop, "/me/") == f"29 of {total}"

    # A page for others: it opens for a stranger, and so do its badge and its card.
    phone.get_by_role("link", name="Share it").tap()
    phone.get_by_role("button", name="Turn my page on").tap()
    phone.get_by_text("Your page is on.").wait_for()
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate("[...document.images].map(image => image.complete && image.naturalWidth)") == [1200, 128]
    shared = phone.get_by_role("link", name="See it as others do").get_attribute("href")
    stranger = open_browser(java_script_enabled=javascript)
    assert number(stranger, shared) == f"29 of {total}"
    assert stranger.get_by_role("heading", level=1).inner_text() == "Ada’s way to Django"
    assert NOTE not in stranger.content()
    card = stranger.request.get(stranger.locator("meta[property='og:image']").get_attribute("content"))
    assert (card.status, card.headers["content-type"], card.body()[:4]) == (200, "image/png", b"\x89PNG")
    badge = stranger.request.get(f"{shared}badge.svg")
    assert badge.headers["content-type"] == "image/svg+xml"
    assert f">29 of {total} topics of the roadmap done.<" in badge.text()

    # Everything goes along …
    done = {topic.slug for topic in [*python[:11], *views[:-1]]} | {"web-scraping"} | NEW
    phone.goto("/me/data/")
    everything = json.loads(download(phone, "Download JSON"))
    assert [(note["topic"], note["text"]) for note in everything["notes"]] == [("templates", NOTE)]
    assert [star["topic"] for star in everything["stars"]] == ["templates"]
    standings = {standing["topic"]: standing["status"] for standing in everything["standings"]}
    assert standings == dict.fromkeys(done, "done")
    checklist = download(phone, "The whole roadmap")
    assert f"29 of {total} required topics done." in checklist
    boxes = re.findall(r"^- \[x\] \[.+\]\(\S+/topics/([\w-]+)/\)", checklist, re.MULTILINE)
    assert (set(boxes), len(boxes)) == (done, 30)

    # … and the account goes for good.
    phone.get_by_role("link", name="delete your account").tap()
    phone.get_by_label("Your password").fill(PASSWORD)
    phone.get_by_role("button", name="Delete my account for good").tap()
    phone.get_by_text("Your account is deleted").wait_for()
    assert [stranger.request.get(f"{shared}{part}").status for part in ("", "badge.svg", "card.png")] == [404] * 3
    theirs = [model for model, owner in models_with_people() if model.objects.exclude(**{owner.name: None}).exists()]
    assert theirs == []
    assert not User.objects.exists()
    for page in (phone, laptop):
        page.goto("/me/")
        page.wait_for_url("**/accounts/login/?next=/me/")
        assert number(page, "/") == f"0 of {total}"
