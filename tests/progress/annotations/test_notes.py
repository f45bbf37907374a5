"""/topics/<slug>/note/, /me/notes/ and the learner's notes in the search."""

import re
from html import unescape

import pytest
from django.test import Client

from progress.models import Note
from progress.templatetags.annotations import excerpt
from tests.progress.test_session_progress import log_in


def write(client, text, version="", slug="maps", reader=None, **data):
    data = {
        "text": text,
        "version": version,
        "next": f"/topics/{slug}/",
        "reader": reader.pk if reader else "",
        **data,
    }
    return client.post(f"/topics/{slug}/note/", data)


def version_in(page):
    return unescape(re.search('name="version" value="(.*?)"', page.text).group(1))


def note_of(user, slug="maps"):
    return user.notes.get(topic__slug=slug)


def test_it_is_written_and_shown_as_html(as_learner, learner, content):
    response = write(as_learner, "Fold it **twice**.\r\n\r\n- north\r\n- south")
    assert response.url == "/topics/maps/#note"
    assert note_of(learner).text == "Fold it **twice**.\n\n- north\n- south"
    page = as_learner.get("/topics/maps/").text
    assert "Fold it <strong>twice</strong>." in page
    assert "<li>north</li>" in page


def test_it_is_safe_whoever_wrote_it(as_learner, content):
    write(as_learner, '<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror="alert(1)">')
    for path in ("/topics/maps/", "/me/notes/", "/topics/maps/note/", "/search/?q=alert"):
        page = as_learner.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page


def test_writing_it_twice_changes_nothing(as_learner, learner, content):
    write(as_learner, "North is up.")
    before = note_of(learner).changed_at
    write(as_learner, "North is up.")  # the same request once more, as after a lost answer
    assert note_of(learner).changed_at == before


def test_a_second_tab_does_not_overwrite_what_the_first_has_saved(as_learner, learner, content):
    write(as_learner, "One.")
    first = second = version_in(as_learner.get("/topics/maps/"))
    write(as_learner, "Two, from the first tab.", first)
    page = write(as_learner, "Three, from the second tab.", second)
    assert page.status_code == 409
    assert "Nothing was saved" in page.text
    assert "Two, from the first tab." in page.text
    assert "Three, from the second tab." in page.text
    assert note_of(learner).text == "Two, from the first tab."
    write(as_learner, "Two and three.", version_in(page))
    assert note_of(learner).text == "Two and three."


def test_two_tabs_that_both_begin_a_note_lose_neither(as_learner, learner, content):
    write(as_learner, "From the first tab.")
    page = write(as_learner, "From the second tab.")
    assert page.status_code == 409
    assert note_of(learner).text == "From the first tab."


def test_an_empty_note_is_no_note(as_learner, learner, content):
    write(as_learner, "Something.")
    assert write(as_learner, " \n ", version_in(as_learner.get("/topics/maps/"))).status_code == 302
    assert not learner.notes.exists()
    assert write(as_learner, "").status_code == 302


def test_an_old_tab_does_not_remove_a_newer_note(as_learner, learner, content):
    write(as_learner, "One.")
    old = version_in(as_learner.get("/topics/maps/"))
    write(as_learner, "Two.", old)
    assert write(as_learner, "", old).status_code == 409
    assert note_of(learner).text == "Two."


def test_a_note_removed_in_another_tab_is_not_written_again_unasked(as_learner, learner, content):
    write(as_learner, "One.")
    old = version_in(as_learner.get("/topics/maps/"))
    write(as_learner, "", old)
    page = write(as_learner, "Two.", old)
    assert page.status_code == 409
    assert "the note was removed elsewhere" in page.text
    write(as_learner, "Two.", version_in(page))
    assert note_of(learner).text == "Two."


@pytest.mark.parametrize("version", ["nonsense", "2026-13-45", "\0", "x" * 999])
def test_a_nonsense_version_overwrites_nothing(as_learner, learner, content, version):
    write(as_learner, "One.")
    assert write(as_learner, "Two.", version).status_code in (400, 409)
    assert note_of(learner).text == "One."


def test_a_text_that_is_too_long_comes_back_whole(as_learner, learner, content):
    text = "word " * 5000
    page = write(as_learner, text)
    assert page.status_code == 400
    assert text.strip() in page.text
    assert "at most 20000 characters" in page.text
    assert not learner.notes.exists()


# --- When the log-in has expired ---


def test_it_waits_for_the_log_in_that_has_expired(client, learner, content):
    response = write(client, "Not a word is lost.", reader=learner)
    assert response.url == "/accounts/login/?next=/topics/maps/"
    assert not Note.objects.exists()
    log_in(client, learner)
    assert note_of(learner).text == "Not a word is lost."
    assert "kept" not in client.session


def test_at_the_log_in_it_overwrites_no_newer_note(client, as_learner, learner, content):
    write(as_learner, "Newer.")
    write(client, "Mine.", reader=learner)
    page = log_in(client, learner)
    assert "A note was changed elsewhere while you were signed out. Both texts are kept." in page.text
    assert "compare the two" in client.get("/topics/maps/").text
    page = client.get("/topics/maps/note/")
    assert "Newer." in page.text
    assert "Mine." in page.text
    write(client, "Newer. Mine.", version_in(page))
    assert note_of(learner).text == "Newer. Mine."
    assert "compare the two" not in client.get("/topics/maps/").text


def test_no_more_is_kept_than_a_session_should_hold(client, learner, content, monkeypatch):
    monkeypatch.setattr("progress.pending_actions.MAX_PENDING", 2)
    for slug in ("boots", "maps", "boots", "routes"):
        client.post(f"/topics/{slug}/note/", {"text": slug, "version": "", "reader": learner.pk})
    kept = client.session["kept"]["deeds"]
    assert [wanted[0] for wanted in kept.values()] == ["boots", "routes"]


def test_no_more_is_kept_from_one_address_than_people_do(client, learner, content, monkeypatch):
    monkeypatch.setattr("progress.annotations.views.DEFERRED_PER_HOUR", 2)
    answers = [write(browser, "Mine.", reader=learner) for browser in (Client(), Client(), Client())]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Too many tries" in answers[-1].text


def test_what_is_saved_may_be_kept_instead(client, as_learner, learner, content):
    write(as_learner, "Newer.")
    write(client, "Mine.", reader=learner)
    log_in(client, learner)
    write(client, "Mine.", discard="mine")
    assert note_of(learner).text == "Newer."
    assert "Mine." not in client.get("/topics/maps/note/").text


def test_a_text_that_is_too_long_comes_back_whole_to_whom_the_log_in_expired(client, learner, content):
    page = write(client, "word " * 5000, reader=learner)
    assert page.status_code == 400
    assert "word word" in page.text
    assert f'name="reader" value="{learner.pk}"' in page.text


def test_nobody_else_who_logs_in_sees_it(client, learner, outsider, content):
    write(client, "Not for Otto.", reader=learner)
    log_in(client, outsider)
    assert not Note.objects.exists()
    for path in ("/topics/maps/", "/topics/maps/note/", "/me/notes/"):
        assert "Not for Otto." not in client.get(path).text


def test_a_page_of_somebody_else_saves_nothing_and_loses_nothing(as_outsider, outsider, learner, content):
    page = write(as_outsider, "Lena's words.", reader=learner)
    assert page.status_code == 409
    assert "You are signed in as Otto Outsider now. Nothing was changed." in page.text
    assert "Lena&#x27;s words." in page.text
    assert not Note.objects.exists()


def test_the_page_that_was_too_old_gives_the_text_back(content, learner):
    """Signing in again in another tab makes the token of the first one old."""
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    page = write(client, "Not a <word> is lost.")
    assert page.status_code == 403
    assert "Not a &lt;word&gt; is lost." in page.text


# --- Whose it is, and where it is found ---


def test_nobody_else_reads_it(as_learner, as_outsider, client, content):
    write(as_learner, "Zanzibar is far.")
    for path in ("/topics/maps/", "/topics/maps/note/", "/me/notes/", "/search/?q=zanzibar"):
        assert "Zanzibar is far." in as_learner.get(path).text, path
        assert "Zanzibar is far." not in as_outsider.get(path).text, path
        assert "Zanzibar is far." not in client.get(path, follow=True).text, path


@pytest.mark.parametrize(
    ("text", "found"),
    [("zanzibar", True), ("ZANZI", True), ("far zanzibar", True), ("near zanzibar", False), ("%", False)],
)
def test_the_search_finds_every_word_of_a_note(as_learner, content, text, found):
    write(as_learner, "Zanzibar is far.")
    page = as_learner.get("/search/", {"q": text}).text
    assert ("Your notes" in page) is found
    assert ("Nothing here has" in page) is not found


def test_notes_are_listed_newest_first(as_learner, content):
    write(as_learner, "The older one.", slug="boots")
    write(as_learner, "The newer one.", slug="maps")
    page = as_learner.get("/me/notes/").text
    assert page.index("The newer one.") < page.index("The older one.")


def test_a_note_outlives_its_topic(as_learner, learner, content):
    write(as_learner, "Still mine.")
    content.topics["maps"].state = "retired"
    content.topics["maps"].save()
    page = as_learner.get("/me/notes/").text
    assert "Still mine." in page
    assert "no longer in the roadmap" in page
    assert 'href="/topics/maps/"' not in page
    page = as_learner.get("/topics/maps/note/")
    response = as_learner.post("/topics/maps/note/", {"text": "Changed.", "version": version_in(page)})
    assert response.status_code == 302
    assert note_of(learner).text == "Changed."


def test_without_any_it_says_where_they_are_made(as_learner, content):
    assert "Nothing here yet." in as_learner.get("/me/notes/").text


@pytest.mark.parametrize("slug", ["nowhere", "draft"])
def test_a_topic_that_is_not_there_has_no_notes(as_learner, content, slug):
    content.topics["maps"].slug, content.topics["maps"].state = "draft", "draft"
    content.topics["maps"].save()
    assert as_learner.get(f"/topics/{slug}/note/").status_code == 404
    assert write(as_learner, "Text.", slug=slug).status_code == 404


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("Short and sweet.", "sweet", "Short and sweet."),
        ("a " * 200 + "needle" + " b" * 200, "Needle", "needle"),
        ("No match. " * 40, "zebra", "No match."),
        ("Brackets (here)", "((", "Brackets"),
    ],
)
def test_a_result_shows_the_words_around_the_match(text, words, shown):
    part = excerpt(text, words)
    assert shown in part
    assert len(part) <= 162


def test_code_in_a_note_belongs_to_no_lesson(content, learner):
    note = Note.objects.create(user=learner, topic=content.topics["maps"], text="```python\nimport django\n```")
    assert "manage.py shell" not in note.html
