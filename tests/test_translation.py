"""Every text that a template or a view shows can be translated."""

import ast
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.utils import translation

from progress.models import Star, TopicProgress
from stages.roadmap.layouts import RoadmapLayout
from tests.content import make_site_exercise

TEMPLATES = settings.BASE_DIR / "templates"
# The same in every language.
NAMES = {"Waymark", "JSON", "CSV", "HTML", "Markdown", "Esc", "Ctrl", "K", "g", "r", "t", "m", "j", "k", "x", "o"}
READ_ALOUD = {"alt", "aria-label", "aria-description", "placeholder", "title", "content"}
# Scripts say what such attributes hold.
READ_ALOUD |= {f"data-{name}" for name in ("unsaved", "stale", "refused", "offline", "copy", "copied", "select")}

CODE = {"code", "pre", "textarea", "script"}

TRANSLATED = re.compile(r"{% blocktranslate\b.*?{% endblocktranslate %}|{% translate\b.*?%}", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
# What is quoted for a tag is shown where it has a space or a capital, unless the tag is one of these.
QUOTED = re.compile(r"""(_\()?(["'])(.*?)\2""")
MACHINERY = re.compile(r"{%-?\s*(?:if|elif|load|extends|include|url|static|with|partialdef)\b")


class Texts(HTMLParser):
    """Collects what a reader would see or hear of a page."""

    def __init__(self, source):
        super().__init__()
        self.found, self.code = [], 0
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        if not (tag == "meta" and dict(attributes).get("name") not in ("description", "application-name")):
            self.found += [value or "" for name, value in attributes if name in READ_ALOUD]

        self.code += tag in CODE

    def handle_endtag(self, tag):
        self.code -= tag in CODE

    def handle_data(self, data):
        if not self.code:
            self.found.append(data)


def literals(source):
    """What a template says without asking for a translation."""
    source = re.sub(r"{% comment %}.*?{% endcomment %}", "", TRANSLATED.sub("", source), flags=re.DOTALL)
    for tag in TAG.findall(source):
        if tag.startswith("{%") and not MACHINERY.match(tag):
            yield from (text for mark, _, text in QUOTED.findall(tag) if not mark and re.search("[A-Z ]", text))
        if "|pluralize" in tag or "|yesno" in tag:
            yield tag
    for text in Texts(TAG.sub("", source)).found:
        words = re.sub(r"&\w+;", " ", text).split()
        if any(re.search(r"[^\W\d_]", word) and word not in NAMES for word in words):
            yield " ".join(words)


def templates():
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = str(path.relative_to(TEMPLATES))
        if not name.startswith("admin/"):
            yield name


@pytest.mark.parametrize("name", list(templates()))
def test_a_template_says_nothing_untranslated(name):
    assert list(literals((TEMPLATES / name).read_text())) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %} {{ name }}</p>', []),
        ("{% blocktranslate trimmed %}Hello <b>you</b>{% endblocktranslate %} there", ["there"]),
        ('<a aria-label="Close {{ name }}">×</a>', ["Close"]),
        ('<meta name="description" content="All of it">', ["All of it"]),
        ('<meta name="theme-color" content="red">', []),
        ('{% bar "total" "The whole roadmap" measured %}', ["The whole roadmap"]),
        ('{% bar "total" _("The whole roadmap") measured %}', []),
        ("{{ number }}{{ number|pluralize }}", ["{{ number|pluralize }}"]),
        ("{% if here == 'My page' %}<kbd>g</kbd>{% endif %} · Waymark 3 %", []),
    ],
)
def test_the_check_finds_what_is_not_translated(source, found):
    assert list(literals(source)) == found


# --- Views and forms ---

SHOWN = {"label", "help_text", "placeholder", "success", "info", "warning", "error"}


def shown_literals(tree):
    """Texts that Python hands to people as they are: labels, help texts and messages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in SHOWN:
            value = node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {f"messages.{name}" for name in SHOWN}:
            value = node.args[1]
        else:
            continue
        if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            yield ast.unparse(value)


@pytest.mark.parametrize("app", ["accounts", "stages", "progress"])
def test_views_and_forms_say_nothing_untranslated(app):
    for path in (settings.BASE_DIR / app).rglob("*.py"):
        if not {"models", "models.py", "migrations", "admin.py"} & set(path.parts):
            # What is only joined of translated parts, as f"{a}; {b}", has no word of its own.
            texts = [text for text in shown_literals(ast.parse(path.read_text())) if re.search(r"\w", strip(text))]
            assert texts == [], path


def strip(text):
    return re.sub(r"{.*?}", "", re.sub(r"^f", "", text))


def test_the_check_finds_what_python_does_not_translate():
    source = "messages.info(request, 'Saved.'); f(label='Name'); f(label=_('Name')); messages.info(r, f'{a} is gone')"
    assert list(shown_literals(ast.parse(source))) == ["'Saved.'", "f'{a} is gone'", "'Name'"]


# --- A language of marks ---


@pytest.fixture
def marked(monkeypatch):
    """Translates every text to itself between marks, while the active language is Esperanto."""

    def wrap(text):
        return f"⟦{text}⟧" if translation.get_language() == "eo" and text else text

    monkeypatch.setattr(translation._trans, "gettext", wrap)
    monkeypatch.setattr(translation._trans, "pgettext", lambda context, text: wrap(text))
    monkeypatch.setattr(translation._trans, "ngettext", lambda one, many, number: wrap(one if number == 1 else many))
    monkeypatch.setattr(
        translation._trans, "npgettext", lambda context, one, many, number: wrap(one if number == 1 else many)
    )


# What the small roadmap of the tests says itself.
CONTENT = {"Boots", "Maps", "Snacks", "Routes", "Weather", "First steps", "Further on", "Begin.", "Go on."}
CONTENT |= {
    "Another way",
    "The roadmap",
    "All.",
    "Less.",
    "A leaflet",
    "A list.",
    "It names maps.",
    "Part one",
    "Maps",
}
CONTENT |= {"Reading maps", "Example", "Know your boots.", "Know your maps.", "Know your snacks."}
CONTENT |= {"Start", "Finish", "Know your routes.", "Know your weather.", "It is short."}
CONTENT |= {
    "Name the tools",
    "In",
    "let the page name the first tool, which is in",
    "Look at",
    "given",
    "It is a saw.",
}
CONTENT |= {f"library/{name}.py" for name in ("views", "notes", "names", "urls")}
CONTENT |= {"The page answers.", "The page names its first tool."}
CONTENT |= {"http://testserver/stages/first/", "https://example.org/maps/"}  # printed
CONTENT |= {"maps", "mpas", "zebra"}  # what is asked for


@pytest.mark.parametrize(
    "path",
    [
        *["/stages/first/", "/tracks/", "/sources/", "/sources/leaflet/", "/search/?q=maps", "/search/?q=mpas"],
        *["/search/?q=zebra", "/search/palette/", "/search/palette/?q=map", "/shortcuts/", "/nowhere"],
        *[f"{way}?view={look}" for way in ("/", "/tracks/other/") for look in RoadmapLayout],
        *["/topics/maps/", "/topics/boots/?track=other", "/stages/first/print/", "/practice/", "/practice/tools/"],
    ],
)
def test_a_page_is_wholly_in_the_language_of_its_reader(content, client, marked, path):
    make_site_exercise(content.topics["maps"])
    client.post("/topics/boots/progress/", {"status": "learning"})
    client.post("/topics/weather/progress/", {"status": "skipped"})
    before = client.get(path).text  # in English first, so that pieces of this language are kept
    assert "⟦" not in before
    with translation.override("eo"):
        assert untranslated(client.get(path).text) - CONTENT - NAMES == set()
    assert client.get(path).text.count("⟦") == 0


def untranslated(page):
    """What a page says outside of all marks."""
    page, within = re.sub(r"\d+-a de ⟦\w+⟧", "", page), 1  # days, as Esperanto writes them
    while within:  # from the inside, for a translation may be part of another
        page, within = re.subn(r"⟦[^⟦⟧]*⟧", "", page)
    parts = {part.strip(" ,:↗“”\n") for text in Texts(page).found for part in text.split("·")}
    return {part for part in parts if re.search(r"[^\W\d_]", part)}


def test_the_page_of_a_learner_is_wholly_in_their_language(content, as_learner, learner, marked):
    for topic, status in [("boots", "done"), ("maps", "learning"), ("snacks", "skipped")]:
        TopicProgress.objects.record(learner, content.topics[topic], status)
    Star.objects.create(user=learner, topic=content.topics["maps"])
    assert "⟦" not in as_learner.get("/me/").text
    with translation.override("eo"):
        assert untranslated(as_learner.get("/me/").text) - CONTENT - NAMES == set()


def test_marks_within_marks_are_no_untranslated_text():
    assert untranslated("<p>⟦All ⟦3 topics⟧, done⟧ · Boots, <b>⟦2⟧</b></p>") == {"Boots"}


def test_a_page_runs_from_right_to_left_where_its_language_does(content, client):
    with translation.override("ar"):
        assert '<html lang="ar" dir="rtl">' in client.get("/shortcuts/").text
    assert '<html lang="en">' in client.get("/shortcuts/").text
