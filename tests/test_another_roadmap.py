"""Another roadmap than ours: a small one about bread, from an empty database to a certificate.

What the site says of its subject, its name and its documents is content. A text of ours that names one of them is true
of our roadmap only.
"""

import ast
import re

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from progress.models import Certificate
from progress.sharing import views
from stages import content
from stages.content import Versions, current_content
from stages.markdown import lesson_project
from stages.models import SiteSettings, Source, Topic, Track
from stages.sync.compare import read_texts
from tests.accounts.test_accounts import confirm, sign_up
from tests.progress.transfer.test_import import fields, look
from tests.test_access import TABLE, path_of, people_around

FOLDER = django_settings.BASE_DIR / "tests" / "bread"
OURS = re.compile(r"Django|Python|\b[Ff]ive\b(?! minutes)|Waymark")
PRODUCT = "PRODID:-//Waymark//Calendar of dates//EN"  # which program wrote a calendar


@pytest.fixture
def bread(db, settings, monkeypatch):
    """The roadmap of tests/bread, loaded as a site does that has its folder in FIXTURES_DIR."""
    monkeypatch.setattr(content, "VERSIONS_SEEN", Versions())
    settings.FIXTURES = FOLDER
    call_command("load_roadmap", verbosity=0)


def is_about_bread(text):
    return not OURS.search(text.replace(PRODUCT, ""))


def test_from_the_front_page_to_a_certificate(bread, client, mailoutbox, monkeypatch):
    front = client.get("/").text
    assert "<title>Crumb: the roadmap to good bread that you tick off</title>" in front
    assert "<h1>The way to good bread</h1>" in front
    assert "One trail: 2 stages, 7 topics. Flour, water, salt and time are all it takes." in front
    assert 'content="A short way from the first loaf to a sourdough of your own."' in front
    assert "Choosing flour" in client.get("/?view=map").text
    assert "light shines through" in client.get("/topics/kneading/").text
    client.post("/topics/flour/progress/", {"status": "done"})

    sign_up(client, "ada@example.com", name="Ada")
    assert mailoutbox[-1].subject.startswith("Crumb: ")
    confirm(client, mailoutbox)
    learner = User.objects.get()
    assert learner.topic_progress.get().topic.slug == "flour"

    # Two by a list of their own, and the others one by one.
    list_of_mine = "- [x] Weighing by percentages\n- [x] [Steam](/topics/steam/)\n- [ ] Kneading\n"
    assert "2 topics recorded" in client.post("/me/data/import/", fields(look(client, list_of_mine)), follow=True).text
    for topic in Topic.objects.exclude(pk__in=learner.topic_progress.values("topic")):
        client.post(f"/topics/{topic.slug}/progress/", {"status": "done"})
    assert client.get("/roadmap/checklist.md").text.count("- [x]") == 7
    for path in ("/certificate/", "/tracks/weekend/certificate/"):
        client.post(path, {"name": "Ada"})
    certificates = Certificate.objects.order_by("pk")
    assert [certificate.track_title for certificate in certificates] == ["The whole way", "A loaf this weekend"]
    assert "Crumb issued it on" in client.get(certificates[0].get_absolute_url()).text

    client.post("/me/share/", {"show_progress": "on"})
    link = learner.share.get_absolute_url()
    assert "Ada’s way to good bread" in Client().get(link).text
    assert "Crumb: 100 % of the way to good bread" in Client().get(f"{link}badge.svg").text
    assert Client().get(f"{link}card.png").content.startswith(b"\x89PNG")
    drawn = []
    monkeypatch.setattr(views.share_cards, "draw_card", lambda card: drawn.append(card) or b"")
    Client().get(f"{link}card.png")
    assert [(card.site, card.subject, card.percentage) for card in drawn] == [("Crumb", "good bread", 100)]
    assert all(is_about_bread(mail.subject + mail.body) for mail in mailoutbox)


def test_no_page_speaks_of_ours(bread, learner, instructor, maintainer, outsider, subtests):
    track = Track.objects.get(slug="weekend")
    people = people_around(track, learner, instructor, maintainer, outsider)
    for route in TABLE:
        path = path_of(route, "first-loaf", "kneading", "weekend", "notebook")
        for person, client in people.items():
            with subtests.test(f"{path} of {person}"):
                response = client.get(path)
                if not response.headers["Content-Type"].startswith(("image/png", "application/zip")):
                    assert is_about_bread(response.text)


def test_the_admin_says_that_files_and_database_are_the_same(bread, as_maintainer, tmp_path):
    assert "Database and files say the same" in as_maintainer.get("/admin/stages/files/").text
    index = as_maintainer.get("/admin/").text
    assert "Crumb" in index
    assert is_about_bread(index)
    call_command("dump_roadmap", tmp_path, verbosity=0)
    assert read_texts(tmp_path) == read_texts(FOLDER)


def test_a_maintainer_renames_the_site(bread, as_maintainer, client):
    page = as_maintainer.get("/admin/stages/sitesettings/1/change/")
    form = {name: page.context["adminform"].form[name].value() for name in ("name", "subject", "lead", "footer")}
    answer = as_maintainer.post("/admin/stages/sitesettings/1/change/", {**form, "name": "Crust"})
    assert answer.status_code == 302
    assert "<title>Crust: the roadmap to good bread" in client.get("/").text
    assert "<title>Keyboard shortcuts · Crust</title>" in client.get("/shortcuts/").text
    history = as_maintainer.get("/admin/stages/sitesettings/1/history/").text
    assert "Crumb" in history
    call_command("load_roadmap", verbosity=0)  # what a maintainer changed stays
    assert SiteSettings.objects.get().name == "Crust"


def test_there_is_one_row_of_settings(bread, as_maintainer):
    assert as_maintainer.get("/admin/stages/sitesettings/add/").status_code == 403


@pytest.mark.parametrize(
    ("sources", "front", "topic"),
    [
        (0, "One trail: 2 stages, 5 topics.", None),
        (1, "One trail: 2 stages, 5 topics.", "The document behind this roadmap does not name this topic"),
        (2, "Two documents merged into one trail: 2 stages, 5 topics.", "None of the two documents names this topic"),
        (12, "12 documents merged into one trail", "None of the 12 documents names this topic"),
    ],
)
def test_documents_are_counted(content, client, sources, front, topic):
    Source.objects.all().delete()
    for number in range(sources):
        Source.objects.create(key=f"s{number}", title=f"Source {number}", form="F.", summary="S.")
    assert front in client.get("/").text
    assert client.get("/sources/").text.count("this roadmap was") == (1 if sources else 0)
    page = client.get("/topics/boots/").text
    hint = re.search(r'<p class="hint">([^<]* topic); it is here because the way needs it', page)
    assert (hint and hint[1]) == topic


def test_without_settings_it_has_plain_words(content, client):
    front = client.get("/").text
    assert "<h1>The way to the goal</h1>" in front
    assert "<title>Waymark: the roadmap to the goal that you tick off</title>" in front
    assert "Your ticks stay with the topics" in front


def test_a_page_that_asks_for_no_content_asks_for_no_settings_either(bread, client, django_assert_num_queries):
    current_content().site_settings  # noqa: B018 - somebody has seen a page
    with django_assert_num_queries(0):
        assert "Crumb" in client.get("/shortcuts/").text


# --- What templates and code say ----------------------------------------------------------------------

# Texts that name ours and are true of every roadmap: {file: the words, and why}.
ALLOWED = {
    "stages/links/http.py": {"Waymark"},  # what a robots.txt calls the program that asks
    "stages/models/site_settings.py": {"Waymark"},  # the name of the program, for a site that has none
    "progress/cohorts/notifications/ical.py": {"-//Waymark//Calendar of dates//EN"},  # which program wrote a calendar
    "stages/markdown/lesson_project.py": {lesson_project.TEMPLATES},  # the name of a class
    # The sender, until MAIL_FROM names another.
    "roadmap_site/environment/variables.py": {
        "an address such as `Waymark <waymark@example.org>`",
        "Waymark <waymark@localhost>",
    },
}


def texts_of(tree):
    """Every text in Python code but docstrings and the names of what is imported by name."""
    documented = [node for node in ast.walk(tree) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))]
    docstrings = {id(node.body[0].value) for node in documented if node.body and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if is_text and not re.fullmatch(r"[\w.]+\.\w+", node.value):
            yield node.value


@pytest.mark.parametrize("app", ["accounts", "stages", "progress", "roadmap_site"])
def test_no_code_names_our_subject(app):
    for path in sorted((django_settings.BASE_DIR / app).rglob("*.py")):
        if "migrations" not in path.parts:
            found = {text for text in texts_of(ast.parse(path.read_text())) if OURS.search(text)}
            assert found == ALLOWED.get(str(path.relative_to(django_settings.BASE_DIR)), set()), path


def test_no_template_and_no_script_names_our_subject():
    folders = [django_settings.BASE_DIR / name for name in ("templates", "static/js")]
    for path in sorted(path for folder in folders for path in folder.rglob("*.*") if path.is_file()):
        # Comments aside, and the name of a function of a library.
        text = re.sub(r"{#.*?#}|^\s*(?://|/\*|\*).*$|\.runPython\(", "", path.read_text(), flags=re.MULTILINE)
        assert OURS.findall(text) == [], path


def test_the_check_finds_a_text_that_names_it():
    source = 'class A:\n    """Of Django."""\n\n    title = _("The way to Django")\n    path = "a.Django"\n'
    assert [text for text in texts_of(ast.parse(source)) if OURS.search(text)] == ["The way to Django"]
