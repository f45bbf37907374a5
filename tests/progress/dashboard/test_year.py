"""The year, the streak and the burn-up on /me/."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.html import strip_tags

from accounts.timezones import zone_choices, zone_names
from progress import activity
from progress.models import ProgressEvent, TopicProgress
from progress.reader_progress import ReaderProgress
from stages.content import outline_of_stages
from tests.progress.tracking.test_ticks import tick


def words(client):
    """The text of /me/ as it is read aloud: without tags, and with single spaces."""
    return " ".join(strip_tags(client.get("/me/").text).split())


def ticked(user, topic, **ago):
    """A tick in the past, with the status that it leads to."""
    moment = datetime.now(UTC) - timedelta(**ago)
    TopicProgress.objects.create(user=user, topic=topic, status="done", changed_at=moment)
    ProgressEvent.objects.create(user=user, topic=topic, status="done", at=moment)


def test_it_begins_with_the_first_tick(content, as_learner):
    assert "Your year begins with your first tick." in words(as_learner)
    tick(as_learner, "maps", "done")
    said = words(as_learner)
    assert "You were active on one day of the last twelve months." in said
    assert "Your streak is one day, your longest so far." in said


def test_yesterdays_streak_is_still_there_and_the_page_says_how_long(content, as_learner, learner):
    ticked(learner, content.topics["boots"], days=1)
    ticked(learner, content.topics["maps"], days=2)
    said = words(as_learner)
    assert "Your streak is 2 days, your longest so far." in said
    assert "Today is still open until midnight." in said


def test_a_lost_streak_is_told_kindly(content, as_learner, learner):
    ticked(learner, content.topics["boots"], days=5)
    said = words(as_learner)
    assert "Your longest streak was one day." in said
    assert "Your streak is" not in said


def test_rest_days_carry_it_over(content, as_learner, learner):
    today = datetime.now(UTC)
    learner.rest_days = [(today - timedelta(days=back)).weekday() for back in (1, 2, 3)]
    learner.save()
    ticked(learner, content.topics["boots"], days=4)
    ticked(learner, content.topics["maps"], days=5)
    assert "Your streak is 2 days" in words(as_learner)


def test_the_streak_can_be_turned_off(content, as_learner, learner):
    tick(as_learner, "maps", "done")
    assert "streak is" in words(as_learner)
    as_learner.post("/accounts/", {"form": "days", "time_zone": ""})
    said = words(as_learner)
    assert "streak is" not in said
    assert "You were active on one day" in said


def test_imports_are_no_activity_and_still_progress(content, as_learner, learner):
    TopicProgress.objects.record(learner, content.topics["maps"], "done", cause="import")
    said = words(as_learner)
    assert "Your year begins with your first tick." in said
    assert "You have done 1 of 4 topics." in said


@pytest.mark.parametrize(
    ("chosen", "browser", "zone"),
    [
        ("", None, "UTC"),
        ("", "Pacific/Kiritimati", "Pacific/Kiritimati"),
        ("Europe/Lisbon", "Pacific/Kiritimati", "Europe/Lisbon"),
        ("", "../../etc/passwd", "UTC"),
        ("", "Europe", "UTC"),
        ("", "Nowhere/City", "UTC"),
        ("Gone/Zone", "Asia/Tokyo", "Asia/Tokyo"),
    ],
)
def test_days_are_those_of_the_learner_or_the_browser(content, as_learner, learner, chosen, browser, zone):
    learner.time_zone = chosen
    learner.save()
    if browser:
        as_learner.cookies["zone"] = browser
    tick(as_learner, "maps", "done")
    page = as_learner.get("/me/")
    assert f"Days are those of {zone}." in page.text
    today = datetime.now(ZoneInfo(zone)).date()
    assert [day.date for day in page.context["year"].months[-1].days if day.topics] == [today]


def test_every_month_is_said_in_words(content, as_learner, learner):
    ticked(learner, content.topics["boots"], days=200)
    ticked(learner, content.topics["maps"], days=200)
    assert "1 day, 2 topics" in words(as_learner)
    assert as_learner.get("/me/").text.count('class="month"') == 12


# --- What comes next ------------------------------------------------------------------------------


def test_it_says_why_a_topic_comes_next(content, as_learner):
    said = words(as_learner)
    assert "Boots Unlocks Maps." in said
    content.topics["weather"].prerequisites.add(content.topics["boots"], content.topics["routes"])
    assert "Routes Needed for Weather." in words(as_learner)
    tick(as_learner, "boots", "done")
    assert "Routes Unlocks Weather." in words(as_learner)


def test_drafts_unlock_nothing_and_hold_nothing_up(content, as_learner):
    content.topics["maps"].prerequisites.add(content.topics["weather"])
    content.topics["weather"].state = "draft"
    content.topics["weather"].save()
    said = words(as_learner)
    assert "Boots Unlocks Maps." in said
    assert "Weather" not in said


def test_what_was_begun_comes_with_its_date_the_oldest_first(content, as_learner, learner):
    learner.time_zone = "Pacific/Kiritimati"
    learner.save()
    for slug, moment in (("weather", "2027-03-05T12:00"), ("maps", "2027-02-28T11:00")):
        TopicProgress.objects.create(
            user=learner,
            topic=content.topics[slug],
            status="learning",
            changed_at=datetime.fromisoformat(moment).replace(tzinfo=UTC),
        )
    assert "Maps since March 1, 2027 Weather since March 6, 2027" in words(as_learner)
    assert "Continue: Weather" in words(as_learner)


# --- How it grew ----------------------------------------------------------------------------------


def test_it_says_when_all_is_done(content, as_learner, learner):
    for number, slug in enumerate(("boots", "maps", "routes", "weather")):
        ticked(learner, content.topics[slug], days=30 * number)
    page = as_learner.get("/me/")
    assert "You have done all 4 topics. There is nothing left to forecast." in words(as_learner)
    assert page.context["forecast"] is None
    assert page.context["next"] == []


def test_a_forecast_is_a_range_of_months(roadmap, as_learner, learner):
    topics = [topic for topic in outline_of_stages().topics if topic.required]
    moments = [datetime.now(UTC) - timedelta(days=80 - number) for number in range(0, 80, 2)]
    ProgressEvent.objects.bulk_create(
        ProgressEvent(user=learner, topic_id=topic.pk, status="done", at=moment)
        for topic, moment in zip(topics, moments, strict=False)
    )
    TopicProgress.objects.bulk_create(
        TopicProgress(user=learner, topic_id=topic.pk, status="done") for topic in topics[: len(moments)]
    )
    page = as_learner.get("/me/")
    found = page.context["forecast"]
    assert f"and {found.latest:%B %Y}." in words(as_learner)
    assert "At the pace of your last weeks you are through between" in words(as_learner)
    assert 'class="band"' in page.text


def test_the_burn_up_ends_where_the_learner_stands(content, as_learner, learner):
    """Whatever was pressed, and however it was written: the line is drawn from events and agrees with the bar."""
    for slug, status in [
        *[("boots", "done"), ("maps", "learning"), ("maps", "done"), ("snacks", "done"), ("boots", "none")],
        *[("weather", "skipped"), ("boots", "done"), ("routes", "done"), ("routes", "learning")],
    ]:
        tick(as_learner, slug, status)
    TopicProgress.objects.advance(
        [
            TopicProgress(
                user=learner,
                topic=content.topics["routes"],
                status="done",
                changed_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        ],
        "sign-in",
    )
    topics = outline_of_stages().topics
    required = {topic.pk for topic in topics if topic.required}
    grown = activity.burn_up(list(learner.progress_events.history()), required, UTC)
    assert grown.points[-1][1] == ReaderProgress.for_user(learner).measure(topics).done == 3


# --- The settings ---------------------------------------------------------------------------------


def test_the_account_page_saves_zone_rest_days_and_switch(as_learner, learner):
    data = {"form": "days", "time_zone": "Europe/Lisbon", "rest_days": ["5", "6"]}
    page = as_learner.post("/accounts/", data, follow=True)
    assert "Your days are saved." in page.text
    learner.refresh_from_db()
    assert (learner.time_zone, learner.rest_days, learner.shows_streak) == ("Europe/Lisbon", [5, 6], False)
    assert learner.name == "Lena Learner"
    assert '<option value="Europe/Lisbon" selected>' in page.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"time_zone": "Moon/Tranquility"}, "Select a valid choice"),
        ({"rest_days": ["7"]}, "Select a valid choice"),
        ({"rest_days": [str(day) for day in range(7)]}, "Leave at least one day of the week that is no rest day."),
    ],
)
def test_the_account_page_refuses_what_makes_no_sense(as_learner, learner, data, said):
    page = as_learner.post("/accounts/", {"form": "days", "shows_streak": "on", **data})
    assert said in page.text
    assert 'value="Lena Learner"' in page.text
    learner.refresh_from_db()
    assert (learner.time_zone, learner.rest_days) == ("", [])


def test_every_zone_that_can_be_chosen_exists():
    offered = [name for _, places in zone_choices() for name, _ in places]
    assert len(offered) > 400
    assert set(offered) <= zone_names()
    assert {"Europe/Lisbon", "America/Argentina/Buenos_Aires", "Pacific/Kiritimati", "Etc/UTC"} <= set(offered)
