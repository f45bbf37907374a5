"""/me/data/import/: a look at a check-list, and after the learner agrees, what it says."""

import html
import re
from itertools import groupby

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from progress.models import ProgressEvent, TopicProgress
from progress.transfer import importer
from progress.transfer.checklist_parser import MAX_BYTES, parse
from stages.models import Entry, State, Topic
from tests.conftest import client_of
from tests.progress.tracking.test_ticks import status_of, tick

IMPORT = "/me/data/import/"
LIST = "## Start:\n- [x] Maps\n* [X] [Routes](/topics/routes/)\n- [x] Weathr\n- [ ] Boots\n- [x] Knitting\n"
PASSWORD = "walk-the-line-27"


def look(client, text=LIST, **data):
    return client.post(IMPORT, {"text": text, **data})


def fields(page, untick=False):
    """What a browser would send from the form of the preview if the learner just agreed."""
    main = page.text.split("<main", 1)[1]
    sent = {"agree": "yes", "take": [], "unticked": [], "reader": ""}
    for tag in re.findall(r"<input[^>]*>", main):
        found = {name: html.unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', tag)}
        if (found["name"] == "take" and " checked" in tag) or found["name"] == "unticked":
            sent[found["name"]].append(found["value"])
        elif found["name"] in ("reader", "csrfmiddlewaretoken"):
            sent[found["name"]] = found["value"]
    return sent | ({"untick": "yes"} if untick else {})


def test_a_look_says_what_would_change_and_changes_nothing(content, as_learner, learner):
    page = look(as_learner)
    assert "2 of 5 boxes" not in page.text
    assert "3 of 5 boxes are matched to topics; 4 are ticked." in page.text
    assert "<strong>2 topics</strong> would change." in page.text
    assert fields(page)["take"] == ["done:maps", "done:routes"]
    assert 'value="done:weather"' in page.text  # offered, not chosen
    assert "Knitting" in page.text.split("Not known here")[1]
    assert not learner.topic_progress.exists()
    assert not ProgressEvent.objects.exists()


def test_agreeing_records_it_as_an_import(content, as_learner, learner):
    page = as_learner.post(IMPORT, fields(look(as_learner)), follow=True)
    assert "2 topics recorded from your list." in page.text
    assert [status_of(learner, slug) for slug in ("maps", "routes", "weather", "boots")] == [
        *("done", "done", "none", "none"),
    ]
    assert set(learner.progress_events.values_list("status", "cause")) == {("done", "import")}


def test_agreeing_twice_changes_nothing_more(content, as_learner, learner):
    sent = fields(look(as_learner))
    as_learner.post(IMPORT, sent)
    before = list(learner.progress_events.values()), list(learner.topic_progress.values())
    page = as_learner.post(IMPORT, sent, follow=True)
    assert "Nothing has changed: you were as far already." in page.text
    assert (list(learner.progress_events.values()), list(learner.topic_progress.values())) == before


def test_a_choice_among_the_uncertain_counts(content, as_learner, learner):
    sent = fields(look(as_learner))
    as_learner.post(IMPORT, sent | {"take": ["done:weather"]})
    assert [status_of(learner, slug) for slug in ("weather", "maps")] == ["done", "none"]


def test_ticks_are_never_taken_off_unless_the_learner_asks(content, as_learner, learner):
    tick(as_learner, "boots", "done")
    page = look(as_learner)
    assert "Done here, not ticked there" in page.text
    as_learner.post(IMPORT, fields(page))
    assert status_of(learner, "boots") == "done"
    page = as_learner.post(IMPORT, fields(look(as_learner), untick=True), follow=True)
    assert "1 tick taken off." in page.text
    assert status_of(learner, "boots") == "none"
    assert learner.progress_events.latest("pk").cause == "import"


def test_a_standing_is_never_lowered(content, as_learner, learner):
    tick(as_learner, "maps", "done")
    tick(as_learner, "boots", "learning")
    page = look(as_learner, "- [ ] Maps *(learning)*\n- [ ] Boots *(skipped)*\n- [ ] Routes *(skipped)*")
    as_learner.post(IMPORT, fields(page) | {"take": ["learning:maps", "skipped:boots", "skipped:routes"]})
    assert [status_of(learner, slug) for slug in ("maps", "boots", "routes")] == ["done", "learning", "skipped"]


def test_of_two_lines_about_a_topic_the_further_one_counts(content, as_learner, learner):
    as_learner.post(IMPORT, fields(look(as_learner, "- [ ] Maps *(skipped)*\n- [x] Maps\n- [ ] Maps *(learning)*")))
    assert status_of(learner, "maps") == "done"
    assert learner.progress_events.count() == 1


def test_a_topic_that_was_merged_meanwhile_is_found_by_its_old_address(content, as_learner, learner):
    content.topics["maps"].state = State.RETIRED
    content.topics["maps"].save()
    content.topics["weather"].replaces = ["maps"]
    content.topics["weather"].save()
    as_learner.post(IMPORT, fields(look(as_learner, "- [x] [Maps](http://testserver/topics/maps/)")))
    assert status_of(learner, "weather") == "done"


def test_many_lists_an_hour_are_enough_and_the_last_is_not_lost(content, client, monkeypatch):
    monkeypatch.setattr("progress.transfer.views.IMPORTS_PER_HOUR", 2)
    answers = [look(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "That is a lot for an hour." in answers[-1].text
    assert "Knitting" in answers[-1].text
    assert look(Client(REMOTE_ADDR="10.0.0.9")).status_code == 200


@pytest.mark.parametrize("value", ["done:nothing", "done", "gone:maps", ":", "", "done:maps:x"])
def test_what_no_preview_offers_is_not_recorded(content, as_learner, learner, value):
    response = as_learner.post(IMPORT, {"agree": "yes", "reader": learner.pk, "take": [value], "untick": "yes"})
    assert response.status_code == 302
    assert not learner.topic_progress.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"- [x] a\n- [x] \xff", "Line 2 is not UTF-8"),
        (b"nothing here", "no box"),
        (b"", "empty"),
        (b"x" * (MAX_BYTES + 1), "larger than 300 kB"),
    ],
)
def test_it_says_what_is_wrong_with_a_file(content, as_learner, data, said):
    page = as_learner.post(IMPORT, {"file": SimpleUploadedFile("list.md", data)})
    assert said in page.text
    assert 'aria-invalid="true"' in page.text


def test_a_file_is_read(content, as_learner):
    page = as_learner.post(IMPORT, {"file": SimpleUploadedFile("list.md", "\ufeff- [x] Maps\r\n".encode())})
    assert fields(page)["take"] == ["done:maps"]


def test_it_says_that_what_is_pasted_is_too_much(content, as_learner):
    page = as_learner.post(IMPORT, {"text": "x" * (MAX_BYTES + 1)})
    assert page.status_code == 200
    assert "larger than 300 kB" in page.text


def test_nothing_pasted_is_said_too(content, as_learner):
    assert "Paste a list, or choose a file with one." in look(as_learner, "  ").text


def test_markup_in_a_list_does_no_harm(content, as_learner):
    page = look(as_learner, "# <script>alert(1)</script>\n- [x] &lt;script&gt;alert(2)&lt;/script&gt; maps")
    assert "<script>alert" not in page.text


# --- Log-ins that expire, and second tabs -------------------------------------------------------------


def test_an_expired_log_in_loses_nothing(content, learner, as_learner):
    page = look(as_learner)
    sent = fields(page) | {"take": ["done:maps", "done:weather"]}
    as_learner.cookies.pop("sessionid")
    response = as_learner.post(IMPORT, sent)
    assert response.url.startswith("/accounts/login/?next=/me/data/import/")
    assert not learner.topic_progress.exists()
    page = as_learner.post(response.url, {"login": learner.email, "password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0] == IMPORT
    assert fields(page)["take"] == ["done:maps", "done:weather"]
    as_learner.post(IMPORT, fields(page))
    assert [status_of(learner, slug) for slug in ("maps", "weather", "routes")] == ["done", "done", "none"]
    assert as_learner.get(IMPORT).url == "/me/data/"  # it is done with


def test_what_was_to_be_unticked_is_kept_over_a_log_in_too(content, learner, as_learner):
    tick(as_learner, "boots", "done")
    sent = fields(look(as_learner), untick=True)
    as_learner.cookies.pop("sessionid")
    url = as_learner.post(IMPORT, sent).url
    page = as_learner.post(url, {"login": learner.email, "password": PASSWORD}, follow=True)
    assert 'name="untick" value="yes" checked' in page.text
    assert fields(page)["unticked"] == ["none:boots"]


def test_a_form_from_before_the_log_in_is_shown_again_and_not_lost(content, learner):
    """Its token is of the time before; Django would throw it away with all that was chosen."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    sent = fields(look(client))
    client.cookies.pop("csrftoken")
    page = client.post(IMPORT, sent)
    assert "Nothing was changed yet" in page.text
    assert not learner.topic_progress.exists()
    assert fields(page)["take"] == sent["take"]
    client.post(IMPORT, fields(page))
    assert status_of(learner, "maps") == "done"


def test_nobody_elses_site_can_agree(content, learner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    client.post(IMPORT, {"agree": "yes", "reader": learner.pk, "take": "done:maps"})
    assert not learner.topic_progress.exists()


def test_somebody_elses_form_is_not_recorded_for_me(content, learner, outsider):
    sent = fields(look(client_of(learner)))
    page = client_of(outsider).post(IMPORT, sent)
    assert "You have signed in as Otto Outsider" in page.text
    assert not TopicProgress.objects.exists()


def test_a_visitor_may_look_and_then_signs_in(content, client, learner):
    sent = fields(look(client))
    page = client.post(client.post(IMPORT, sent).url, {"login": learner.email, "password": PASSWORD}, follow=True)
    client.post(IMPORT, fields(page))
    assert status_of(learner, "routes") == "done"


# --- There and back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/roadmap/checklist.md", "/tracks/nineteen-sections/checklist.md"])
def test_our_own_list_of_the_real_roadmap_comes_back_without_any_loss(roadmap, learner, outsider, path):
    statuses = ["done", "learning", "skipped", None]
    TopicProgress.objects.bulk_create(
        TopicProgress(user=learner, topic=topic, status=status)
        for number, topic in enumerate(Topic.objects.published())
        if (status := statuses[number % 4])
    )
    text = client_of(learner).get(path).text
    client = client_of(outsider)
    client.post(IMPORT, fields(look(client, text)))
    assert client.get(path).text == text
    again = look(client, text)
    assert "<strong>0 topics</strong> would change." in again.text
    assert "Not certain" not in again.text


def test_the_fifth_document_finds_what_its_entries_say(roadmap):
    """Its lines are put together from the labels of its entries: the ones of a line belong together."""
    rows = Entry.objects.filter(source__key="check-list", section__contains="/").exclude(kind="frame")
    rows = rows.order_by("position").prefetch_related("topics")
    lines = [list(found) for _, found in groupby(rows, key=lambda entry: entry.line)]
    lines = [found for found in lines if all(entry.topics.all() for entry in found)]
    assert len(lines) > 25
    items = parse("\n".join(f"- [x] {', '.join(entry.label for entry in found)}" for found in lines))
    matches = list(importer.load_matcher("testserver").matches(items))
    wanted = [{topic.slug for entry in found for topic in entry.topics.all()} for found in lines]
    assert [set(match.certain) for match in matches] == wanted
    assert not any(match.possible for match in matches)


# --- What it costs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("boxes", [10, 900])
def test_a_look_makes_a_fixed_number_of_queries(content, as_learner, boxes):
    text = "\n".join(f"- [x] [Maps](/topics/maps/) and line {number}" for number in range(boxes))
    with CaptureQueriesContext(connection) as captured:
        assert look(as_learner, text).status_code == 200
    assert len(captured) == 7
