"""The admin in a real browser: the console stays silent under the site's policy, and nothing needs a mouse."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission

from stages.models import Revision, Topic
from stages.revisions.recorder import record_revisions
from tests.browser.test_pages import violations
from tests.conftest import make_user
from tests.content import stage, topic, write_files


@pytest.fixture
def maintainer(content):
    user = make_user("Mats Maintainer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="stages"))
    return user


def names(page):
    return page.locator(".reorder-name").all_inner_texts()


@pytest.mark.parametrize("javascript", [True, False])
def test_topics_are_put_in_order_by_keyboard(open_browser, content, maintainer, javascript):
    page = open_browser(maintainer, java_script_enabled=javascript)
    page.goto(f"/admin/stages/stage/{content.first.pk}/arrange/")
    page.get_by_role("button", name="Move Boots down").press("Enter")
    page.get_by_text("“Boots” comes after “Maps” now.").wait_for()
    page.locator(":focus").press("Enter")  # the same button, with which the row goes on
    page.get_by_text("“Boots” comes after “Snacks” now.").wait_for()
    assert names(page) == ["Maps", "Snacks", "Boots"]
    assert page.locator(":focus").get_attribute("aria-label") == "Move Boots up"
    assert [topic.slug for topic in content.first.topics.all()] == ["maps", "snacks", "boots"]


def test_topics_are_dragged_to_their_place(open_browser, content, maintainer):
    page = open_browser(maintainer)
    page.goto(f"/admin/stages/stage/{content.first.pk}/arrange/")
    page.locator(".reorder-name", has_text="Snacks").drag_to(
        page.locator(".reorder-name", has_text="Boots"), target_position={"x": 20, "y": 2}
    )
    page.get_by_text("“Snacks” comes first now.").wait_for()
    assert names(page) == ["Snacks", "Boots", "Maps"]
    assert [topic.slug for topic in content.first.topics.all()] == ["snacks", "boots", "maps"]


def test_a_form_that_is_too_large_is_not_sent_and_nothing_is_lost(open_browser, content, maintainer, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    page = open_browser(maintainer)
    page.goto(f"/admin/stages/topic/{content.topics['maps'].pk}/change/")
    assert page.get_by_text("This is too long to be sent").is_hidden()
    page.locator("#id_body").fill("é" * 20_000)  # six bytes each, as a form sends them
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("alert").get_by_text("This is too long to be sent").wait_for()
    assert page.locator("#id_body").input_value() == "é" * 20_000
    page.locator("#id_body").fill("é" * 10_000)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()
    content.topics["maps"].refresh_from_db()
    assert content.topics["maps"].body == "é" * 10_000


def test_without_javascript_a_form_that_was_too_large_is_there_when_one_goes_back(open_browser, content, maintainer):
    page = open_browser(maintainer, java_script_enabled=False)
    page.goto(f"/admin/stages/topic/{content.topics['maps'].pk}/change/")
    text = "é" * 1_010_000
    page.locator("#id_body").fill(text)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="That is too large").wait_for()
    page.complaints.clear()  # Chromium calls that answer a failure
    page.go_back()
    assert page.locator("#id_body").input_value() == text


@pytest.mark.parametrize("javascript", [True, False])
def test_a_lesson_is_seen_while_it_is_written(open_browser, content, maintainer, javascript):
    page = open_browser(maintainer, java_script_enabled=javascript)
    page.goto(f"/admin/stages/topic/{content.topics['maps'].pk}/change/")
    page.locator("#id_body").fill("### North\n\n*Look* for it.")
    if not javascript:
        page.get_by_role("button", name="Preview").first.click()
    preview = page.frame_locator("iframe[name=preview-body]")
    preview.get_by_role("heading", name="North").wait_for()
    assert preview.locator("em").inner_text() == "Look"
    assert page.locator("h1").evaluate("heading => getComputedStyle(heading).fontFamily.includes('Georgia')") is False
    content.topics["maps"].refresh_from_db()
    assert content.topics["maps"].body == ""


def test_two_tabs_do_not_overwrite_each_other_unseen(open_browser, content, maintainer):
    """What only one of them has changed stays; what both have is asked about."""
    first = open_browser(maintainer, java_script_enabled=False)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/admin/stages/topic/{content.topics['maps'].pk}/change/")
    second.get_by_label("Title:", exact=True).fill("Charts")
    second.get_by_label("Summary:").fill("Draw them.")
    second.get_by_role("button", name="Save and continue editing").click()
    second.get_by_text("was changed successfully").wait_for()
    first.get_by_label("Summary:").fill("Read them.")
    first.get_by_role("button", name="Save and continue editing").click()
    alert = first.locator(".edit-conflict")
    assert "You, in another tab" in alert.inner_text()
    assert "Draw" in alert.locator("ins").all_inner_texts()
    assert "Charts" not in alert.inner_text()
    assert first.get_by_label("Summary:").input_value() == "Read them."
    first.get_by_role("button", name="Save and continue editing").click()
    first.get_by_text("was changed successfully").wait_for()
    content.topics["maps"].refresh_from_db()
    assert (content.topics["maps"].title, content.topics["maps"].summary) == ("Charts", "Read them.")


def test_our_own_pages_are_accessible(open_browser, content, maintainer, settings, tmp_path):
    settings.FIXTURES = write_files(tmp_path / "files", stage("first"), topic("boots"), topic("maps"))
    with record_revisions("admin", by=maintainer):
        Topic.objects.filter(slug="maps").update(title="Charts")
    maps, revision = content.topics["maps"].pk, Revision.objects.get().pk
    LogEntry.objects.log_actions(maintainer.pk, [content.topics["maps"]], CHANGE, "A" * 60)
    page = open_browser(maintainer, viewport={"width": 320, "height": 700})
    found = {}
    for path in [
        f"/admin/stages/stage/{content.first.pk}/arrange/",
        f"/admin/stages/topic/{maps}/history/",
        f"/admin/stages/topic/put-back/{revision}/",
        f"/admin/stages/revision/{revision}/change/",
        "/admin/stages/files/",
        "/topics/maps/as-learner/?done=half",
        "/tracks/other/as-learner/?done=middle&view=map",
        "/as-learner/",
    ]:
        page.goto(path)
        page.locator("h1").first.wait_for()
        for details in page.locator("#content details").all():
            details.evaluate("details => details.open = true")
        problems = violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            problems.append("too wide")
        found |= {path: problems} if problems else {}
    assert found == {}
