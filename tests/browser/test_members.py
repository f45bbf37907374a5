"""Setting up, joining and leaving a cohort, in a real browser."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission

from progress.cohorts.models import Assignment, CalendarFeed, Cohort
from tests.browser.test_pages import violations
from tests.conftest import make_user

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 2
ADDRESS = "https://example.com/" + "whereWeMeet" * 9


@pytest.fixture
def cohort(content, learner):
    cohort = Cohort.objects.create(name="Autumn hikers", code="BCDF2345", places=30)
    ines, ivo = make_user("Ines Instructor"), make_user("Ivo Instructor")
    ines.user_permissions.set(Permission.objects.filter(codename="add_cohort"))
    cohort.instructors.set([ines, ivo])
    cohort.join(learner)
    Assignment.objects.create(cohort=cohort, track=content.other, due=date(2100, 1, 1))
    CalendarFeed.objects.create(user=learner)
    return cohort


def pages(cohort):
    own = f"/cohorts/{cohort.pk}"
    led = [
        "/cohorts/",
        "/cohorts/calendar/",
        "/cohorts/new/",
        *(f"{own}/{page}/" for page in ("edit", "people", "projector", "duplicate")),
    ]
    return led, ["/cohorts/", "/cohorts/calendar/", "/cohorts/join/", "/cohorts/join/BCDF2345/"]


def test_axe_finds_nothing_and_nothing_is_wider_than_a_small_phone(open_browser, cohort):
    Cohort.objects.create(name=LONG, description=LONG).instructors.set(cohort.instructors.all())
    Cohort.objects.filter(pk=cohort.pk).update(name=LONG, description=ADDRESS)
    led, learned = pages(cohort)
    wrong = {}
    instructor = cohort.instructors.get(name="Ines Instructor")
    for user, paths in ((instructor, led), (make_user(f"Otto {LONG}"), learned), (cohort.learners.get(), learned)):
        page = open_browser(user, viewport={"width": 320, "height": 700})
        for path in paths:
            page.goto(path)
            found = violations(page)
            if page.evaluate("document.documentElement.scrollWidth") > 320:
                found.append("too wide")
            wrong |= {f"{path} {user}": found} if found else {}
    assert wrong == {}


def test_the_menu_says_that_these_are_cohorts(open_browser, cohort):
    page = open_browser(cohort.instructors.get(name="Ines Instructor"))
    led, learned = pages(cohort)
    for path in [*led, *learned, f"/cohorts/{cohort.pk}/", f"/cohorts/{cohort.pk}/assign/"]:
        page.goto(path)
        current = page.locator(".menu [aria-current=page]")
        assert current.inner_text() == "Cohorts", path
        assert current.evaluate("link => getComputedStyle(link).textDecorationLine") == "underline", path


@pytest.mark.parametrize("javascript", [True, False])
def test_a_cohort_is_made_and_joined_and_left_by_keyboard(open_browser, content, cohort, javascript):
    instructor = open_browser(cohort.instructors.get(name="Ines Instructor"), java_script_enabled=javascript)
    instructor.goto("/cohorts/new/")
    instructor.get_by_label("Name").fill("Spring")
    instructor.keyboard.press("Enter")
    code = instructor.locator(".join-code").inner_text()
    learner = open_browser(make_user("Otto Outsider"), java_script_enabled=javascript)
    learner.goto("/me/")
    learner.get_by_role("link", name="Cohorts").click()
    learner.get_by_role("textbox", name="Code").fill(code.lower())
    learner.keyboard.press("Enter")
    learner.get_by_role("heading", name="Spring", level=1).wait_for()
    learner.get_by_role("button", name="Join, and let them see this").press("Enter")
    learner.get_by_text("You are in “Spring”.").wait_for()
    instructor.reload()
    assert instructor.get_by_role("button", name="Remove Otto Outsider").count() == 1
    learner.get_by_role("button", name="Leave Spring").press("Enter")
    learner.get_by_text("You have left “Spring”.").wait_for()
    instructor.reload()
    assert instructor.get_by_text("Otto Outsider").count() == 0


def test_the_code_of_the_projector_is_dark_on_white_in_the_dark(open_browser, cohort):
    """A camera reads it only so."""
    page = open_browser(cohort.instructors.get(name="Ines Instructor"), color_scheme="dark")
    page.goto(f"/cohorts/{cohort.pk}/projector/")
    look = "(e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).fill]"
    assert page.locator(".qr").evaluate(look) == ["rgb(255, 255, 255)", "rgb(35, 39, 31)"]
