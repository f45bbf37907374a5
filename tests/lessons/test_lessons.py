"""Every lesson: written as lessons are written here, and with code that runs."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from stages.fixture_io import read
from stages.models import Resource, Source, Stage, Topic, Track
from tests.lessons import style
from tests.lessons.blocks import blocks_of
from tests.lessons.parsers import PARSERS
from tests.lessons.remembering import passed_before
from tests.lessons.rules import RULES
from tests.lessons.running import run_lesson

RECORDS = read(settings.FIXTURES)
RESOURCES = {key[0] for model, key in RECORDS if model is Resource}
TOPICS = {key[0]: record.fields for (model, key), record in RECORDS.items() if model is Topic}
STAGES = {key[0]: record.fields for (model, key), record in RECORDS.items() if model is Stage}
TRACKS = {key[0]: record.fields for (model, key), record in RECORDS.items() if model is Track}
PROJECTS = {slug: topic for slug, topic in TOPICS.items() if topic["kind"] == Topic.Kind.PROJECT}
SOURCES = {key[0]: record.fields for (model, key), record in RECORDS.items() if model is Source}
LESSONS = {slug: topic for slug, topic in TOPICS.items() if slug not in PROJECTS}
# Every Markdown text with code that is to run: lessons, briefs, and the projects of stages.
WITH_CODE = {
    **{slug: topic["body"] for slug, topic in TOPICS.items()},
    **{f"stage {slug}": stage["project"] for slug, stage in STAGES.items()},
}
BLOCKS = {slug: blocks_of(text) for slug, text in WITH_CODE.items()}
# What a lesson shows to be read and not to be run: files and commands of other programs, and what they print.
SHOWN = {"text", "output", "console", "bash", "http", "dotenv"}
# A new project lets the test client in only after setup_test_environment().
CLIENT_WITHOUT_SETUP = """
```python
from django.test import Client

print(Client().get("/").status_code)
```

```output
404
```
"""


def texts():
    """``(where, text)`` of everything that this project says to learners in its fixtures."""
    for slug, topic in TOPICS.items():
        yield (
            slug,
            "\n".join([topic["title"], topic["summary"], *topic["outcomes"], topic["body"], topic["disagreement"]]),
        )
    for slug, stage in STAGES.items():
        yield (
            slug,
            "\n".join([stage["summary"], stage["gain"], stage["reason"], *stage["checklist"], stage["project"]]),
        )
    for slug, track in TRACKS.items():
        yield slug, "\n\n".join([track["summary"], track["audience"], track["difference"]])
    for record in RECORDS.values():
        words = " ".join(record.fields.get(name, "") for name in ("why", "outdated", "paraphrase"))
        if words.strip():
            yield str(record), words


# --- Style ---


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_is_as_long_as_ten_minutes_and_names_the_usual_mistake(slug):
    topic = LESSONS[slug]
    assert [*style.about_lesson(topic["body"]), *style.about_minutes(topic["minutes_min"], topic["minutes_max"])] == []


@pytest.mark.parametrize("slug", TOPICS)
def test_it_says_what_a_learner_can_do_then(slug):
    assert list(style.about_outcomes(TOPICS[slug]["outcomes"])) == []


def test_no_markdown_is_dead():
    texts = {
        **WITH_CODE,
        **{f"{slug}: disagreement": topic["disagreement"] for slug, topic in TOPICS.items()},
    }
    assert [(where, problem) for where, text in texts.items() for problem in style.about_markdown(text)] == []


def test_nothing_tells_a_learner_that_it_is_easy():
    assert [(where, problem) for where, text in texts() for problem in style.about_words(style.prose(text))] == []


def test_no_sentence_is_a_documents_own():
    """Eight words in a row. The documents are not here, so their words are: as hashes of every run of eight."""
    known = set(Path(__file__).with_name("documents.txt").read_text().split())
    copied = [(where, run) for where, text in texts() for run in style.runs(text) if style.digest(run) in known]
    assert copied == []


# What the documents were called before they were named: nobody who comes from a search knows which ones are meant.
COMMON_NOUNS = re.compile(r"(?i)\bthe (ten stages|table|tree|fifteen|nineteen|check-list)\b")


def test_a_document_is_named_by_its_title_with_a_link():
    titles = {source["title"]: f"/sources/{key}/" for key, source in SOURCES.items()}
    for slug, topic in TOPICS.items():
        text = topic["disagreement"]
        assert not text or "(/sources/" in text, slug
        links = re.findall(r"\[([^]]+)\]\((/sources/[^)]+/)\)", text)
        assert [link for link in links if titles.get(link[0]) != link[1]] == [], slug
        plain = re.sub(r"\bthe (table|tree) of \[", "[", text, flags=re.I)
        assert not COMMON_NOUNS.search(plain), slug


def test_no_two_lessons_share_a_sentence():
    found = {}
    for slug, topic in TOPICS.items():
        for sentence in {*style.sentences(topic["body"]), *style.sentences(topic["disagreement"])}:
            found.setdefault(sentence, []).append(slug)
    assert {" ".join(sentence): slugs for sentence, slugs in found.items() if len(slugs) > 1} == {}


def test_the_spelling_is_right():
    assert style.misspelled("\n".join(f"{text}" for _, text in texts())) == []


def test_links_lead_somewhere():
    known = set((settings.FIXTURES / "known_urls.txt").read_text().split()) | RESOURCES
    for slug, text in {**WITH_CODE, **{slug: topic["disagreement"] for slug, topic in TOPICS.items()}}.items():
        for address in re.findall(r"\]\(([^)\s]+)\)", text):
            if address.startswith("/sources/"):
                assert address == "/sources/" or address.split("/")[2] in SOURCES, (slug, address)
                assert address.endswith("/"), (slug, address)
            elif address.startswith("/topics/"):
                assert address.split("/")[2] in TOPICS, (slug, address)
                assert address.endswith("/"), (slug, address)
            else:
                assert address in known, (slug, address)


# --- Code ---


@pytest.fixture(scope="session")
def passed(pytestconfig):
    return passed_before(pytestconfig)


@pytest.mark.parametrize("slug", [slug for slug, blocks in BLOCKS.items() if blocks])
def test_its_code_is_sound(slug, pytestconfig, passed):
    for block in BLOCKS[slug]:
        assert max(map(len, block.text.splitlines())) <= 88, f"line {block.line}"
        assert block.language in PARSERS, f"line {block.line}"
        if block.language == "python" or "norun" not in block.facts:
            PARSERS[block.language](block.text)
    if not pytestconfig.getoption("--postgres"):  # it has a database of its own, so once is enough
        if passed.has(slug, BLOCKS[slug]):
            pytest.skip("its code ran before and is unchanged; --all-lessons runs it again")
        assert run_lesson(BLOCKS[slug]) == ""
        passed.add(slug, BLOCKS[slug])


def test_nearly_every_lesson_has_code_that_runs():
    teaching = [slug for slug in LESSONS if LESSONS[slug]["stage"] != ["community-and-learning"]]
    run = [
        slug
        for slug in teaching
        if any(block.language not in SHOWN and "norun" not in block.facts for block in BLOCKS[slug])
    ]
    assert len(run) >= 0.85 * len(teaching), sorted(set(teaching) - set(run))


def test_hardly_any_code_is_not_run():
    blocks = [block for blocks in BLOCKS.values() for block in blocks if block.language not in SHOWN]
    left = [block.facts["norun"] for block in blocks if "norun" in block.facts]
    assert len(left) <= 0.05 * len(blocks), left


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_no_lesson_contradicts_another(rule):
    assert rule.stated_by in LESSONS
    assert any(rule.breaks(block) for block in blocks_of(rule.broken))
    assert [(slug, block.line) for slug, blocks in BLOCKS.items() for block in blocks if rule.breaks(block)] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```python\n1 / 0\n```", "ZeroDivisionError"),
        ("```python\nprint(1)\n```\n\n```output\n2\n```", "it printed"),
        ('```python raises="KeyError"\n{}.get(1)\n```', "did not raise KeyError"),
        (
            '```python title="shop/models.py"\nfrom django.db import models\n\nclass A(models.Model):\n    a = b\n```',
            "NameError",
        ),
        ("```python\nBook.objects.all()\n```", "NameError"),
        ("```html+django\n{% if %}{% endif %}\n```", "TemplateSyntaxError"),
        ('```python title="tests.py"\ndef test_it():\n    assert 1 == 2\n```', "pytest ended with"),
        ("```python\nimport os\n\nos._exit(3)\n```", "ended with 3"),
        ("```python\nimport asyncio\n\nawait asyncio.sleep(0)\nraise KeyError\n```", "KeyError"),
        ("```python\nimport asyncio\nimport django\n\nawait asyncio.sleep(0)\n```", "takes no await"),
        ("```python\nimport django\n\nfor a in ():\n    pass\nprint(1)\n```", "pasted into manage.py shell"),
        (CLIENT_WITHOUT_SETUP, "it printed\n400"),
        ("```python\nimport django\n\nprint(User.objects.get(pk=1))\n```", "User matching query does not exist"),
        ("```python\nimport django\n\nprint(Session._base_manager.first())\n```", "no such table"),
        ("```python\nimport django\n\nimport re\n\nre.sub('a', 'b', 'c', 1)\n```", "DeprecationWarning"),
        ("```python\nprint()\nprint(1)\n```\n\n```output\n1\n```", "it printed"),
    ],
)
def test_broken_code_is_noticed(text, says):
    assert says in run_lesson(blocks_of(text))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "def f(:\n"),
        ("console", "$ python manage.py migrate --plam\n"),
        ("console", "$ echo 'a\n"),
        ("javascript", "const = 3;"),
        ("jsx", "const a = <div>;"),
        ("css", "a { color: red; } }"),
        ("html", "<p><em>a</p>"),
        ("sql", "SELECT * FORM a;"),
        ("toml", "a = b"),
        ("yaml", "a: b: c"),
        ("json", "{'a': 1}"),
        ("ini", "a = 1"),
        ("nginx", "server { listen 80 }"),
        ("docker", "FORM python\n"),
        ("dotenv", "A B=1"),
        ("http", "hello there"),
    ],
)
def test_a_broken_file_is_noticed(language, text):
    with pytest.raises(Exception):  # noqa: B017, PT011 - each parser has errors of its own
        PARSERS[language](text)


# --- Stages, briefs and tracks ---

BRIEF = [
    *["Goal", "User stories", "What it practices", "Data model", "Milestones", "Acceptance checklist"],
    *["Stretch goals", "What reviewers look for"],
]


def topics_linked(text):
    return re.findall(r"\]\(/topics/([\w-]+)/\)", text)


def place_of_stage(topic):
    return STAGES[topic["stage"][0]]["position"]


@pytest.mark.parametrize("slug", STAGES)
def test_a_stage_says_what_it_gives_and_why_it_is_here_and_ends_with_a_check_and_a_project(slug):
    stage = STAGES[slug]
    assert 15 <= len(style.words(stage["gain"])) <= 60
    assert 15 <= len(style.words(stage["reason"])) <= 70
    assert 3 <= len(stage["checklist"]) <= 6
    assert all(len(line) <= 120 and not line.endswith(".") for line in stage["checklist"])
    if slug != "projects":  # all of that stage is projects
        assert stage["project_title"]
        assert 60 <= len(style.words(style.prose(stage["project"]))) <= 190


@pytest.mark.parametrize("slug", STAGES)
def test_the_project_of_a_stage_uses_what_came_before(slug):
    here = STAGES[slug]["position"]
    assert [other for other in topics_linked(STAGES[slug]["project"]) if place_of_stage(TOPICS[other]) > here] == []


def test_there_are_projects_of_every_level():
    briefs = [topic for slug, topic in PROJECTS.items() if slug.startswith("project-")]
    assert len(briefs) >= 10
    assert {topic["level"] for topic in briefs} == {"beginner", "intermediate", "advanced"}


@pytest.mark.parametrize("slug", PROJECTS)
def test_a_brief_is_something_to_build_from(slug):
    body = PROJECTS[slug]["body"]
    headings = re.findall(r"^### (.+)$", body, re.MULTILINE)
    assert headings == [name for name in BRIEF if name in headings]
    assert set(headings) >= ({*BRIEF} if slug.startswith("project-") else {"Goal", "Acceptance checklist"})
    practiced = body.split("### What it practices")[1].split("###")[0]
    assert {slug for (slug,) in PROJECTS[slug]["prerequisites"]} <= set(topics_linked(practiced))
    assert 300 <= len(style.words(style.prose(body))) <= 750


@pytest.mark.parametrize("slug", TRACKS)
def test_a_track_says_who_it_is_for_and_how_it_differs(slug):
    assert 20 <= len(style.words(TRACKS[slug]["audience"])) <= 80
    assert 25 <= len(style.words(TRACKS[slug]["difference"])) <= 100
