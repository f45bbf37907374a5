"""The documents that the roadmap was merged from: what they say, where it went, and pages that read like them."""

import re
from collections import Counter
from itertools import groupby

import pytest
from django.urls import reverse

from stages.models import Entry, Source

pytestmark = pytest.mark.usefixtures("roadmap")

KEYS = ["stage-graph", "table-and-tree", "fifteen-sections", "nineteen-sections", "check-list"]
SIGNS = [  # as printed, from top to bottom
    *["🚀", "🐍", "🌐", "🛠️", "📁", "🧱", "⚙️", "🧠", "📄", "🗄️", "🔐", "🎨", "🛠️", "🔧"],
    *["🔄", "🗃️", "🧪", "🏗️", "🛒", "🧩", "🚢", "🧠", "📱", "🎁", "🛠️", "🎯", "💬", "🌟"],
]
# Which citations the lines of the fourth document are marked with.
MARKS = {
    9: "12",
    14: "2",
    21: "23",
    30: "2",
    35: "2",
    40: "2",
    45: "1",
    50: "2",
    57: "2",
    64: "2",
    71: "4",
    78: "5",
    92: "26",
    99: "7",
    106: "7",
    135: "67",
    141: "7",
    149: "7",
    157: "7",
    163: "6",
    169: "7",
    185: "18",
    187: "89",
}


@pytest.fixture
def pages(client):
    return {key: client.get(reverse("source", args=[key])).text for key in KEYS}


def told():
    return Entry.objects.exclude(kind=Entry.Kind.FRAME)


def test_labels_are_labels_and_no_sentences():
    for entry in Entry.objects.all():
        assert len(entry.label.split()) <= 8 or entry.kind == Entry.Kind.CITATION, entry
        assert not entry.label.endswith("."), entry


def test_every_goal_description_and_tip_says_what_the_document_says():
    kinds = [Entry.Kind.DESCRIPTION, Entry.Kind.TIP]
    assert list(told().filter(kind__in=kinds, heading=False, paraphrase="")) == []
    for entry in told().exclude(paraphrase=""):
        assert re.fullmatch(r"[A-Z].{10,}[.]", entry.paraphrase), entry


@pytest.mark.parametrize("key", KEYS)
def test_no_two_rows_of_a_document_say_the_same_nothing(key):
    """A word may come again under another heading, a paraphrase never."""
    entries = Source.objects.get(key=key).entries.exclude(kind=Entry.Kind.FRAME)
    named = Counter((entry.section, entry.line, entry.label) for entry in entries if entry.label)
    described = Counter(entry.paraphrase for entry in entries if entry.paraphrase)
    assert [words for words, number in (named | described).items() if number > 1] == []
    assert not any(re.search(r"(?i)goal of this section|description of stage", entry.words) for entry in entries)


def test_headings_have_the_signs_they_were_printed_with(pages):
    headings = Entry.objects.filter(source__key="nineteen-sections", heading=True).exclude(sign="")
    assert [entry.sign for entry in headings] == SIGNS
    shown = re.findall(r'<span class="heading-sign" aria-hidden="true">(.+?)</span>', pages["nineteen-sections"])
    assert shown == SIGNS


def test_citations_are_numbered_as_printed_and_whole():
    citations = Entry.objects.filter(kind=Entry.Kind.CITATION)
    assert [entry.sign for entry in citations] == [f"[{number}]" for number in range(1, 10)]
    assert not any(entry.label.endswith(("along with", " to")) for entry in citations)


def test_every_mark_leads_to_its_citation_and_back(pages):
    page = pages["nineteen-sections"]
    cites = {}
    for entry in Entry.objects.exclude(cites=None).prefetch_related("cites"):
        signs = [citation.sign.strip("[]") for citation in entry.cites.all()]
        cites[entry.line] = "".join(signs)
        for citation in entry.cites.all():
            assert (citation.kind, citation.source_id) == (Entry.Kind.CITATION, entry.source_id)
            note = page[page.index(f'id="{citation.ref}"') :].split("</li>")[0]
            assert f'href="#{entry.ref}"' in note
            assert f'id="{entry.ref}"' in page
    assert cites == MARKS
    assert (sum(map(len, MARKS.values())), len(MARKS)) == (29, 23)
    assert len(re.findall(r'href="#d3\.ref\.\d"', page)) == 29
    assert not Entry.objects.filter(kind=Entry.Kind.CITATION, cited_by=None).exists()


def test_printed_addresses_are_kept_beside_those_of_today(pages):
    assert told().exclude(printed_url="").count() == 18
    page = pages["nineteen-sections"]
    for entry in told().exclude(printed_url="").prefetch_related("resources"):
        assert entry.resources.count() == 1, entry
    assert "printed address: https://developer.mozilla.org/en-US/docs/Learn<" in page
    assert page.count("utm_source=chatgpt.com") == 9
    documentation = Entry.objects.filter(label__icontains="official", kind=Entry.Kind.RESOURCE)
    assert [str(entry) for entry in documentation if not entry.resources.exists()] == []


def test_the_picture_is_described_and_not_loaded(pages):
    [picture] = Entry.objects.filter(kind=Entry.Kind.IMAGE)
    assert picture.label == "image"  # its alternative text
    assert "1024 × 1536" in picture.paraphrase
    assert picture.paraphrase.replace("“image”", "") in pages["nineteen-sections"].replace("“image”", "")
    assert "<img" not in pages["nineteen-sections"]


@pytest.mark.parametrize("key", KEYS)
def test_a_page_shows_what_the_document_says_in_its_order(key, pages):
    page = pages[key]
    entries = Source.objects.get(key=key).entries.exclude(kind=Entry.Kind.FRAME)
    places = [page.index(f'id="{entry.ref}"') for entry in entries]
    assert places == sorted(places)
    sections = [section for section, _ in groupby(entry.section for entry in entries) if section]
    titles = [section.split(" / ")[-1] for section in sections]
    text = page.replace("&amp;", "&").replace("&#x27;", "'").replace("&quot;", '"')
    assert [title for title in titles if title not in text] == []
    assert "This is not taught here." not in page


@pytest.mark.parametrize("key", KEYS)
def test_no_page_shows_what_is_said_about_the_form_of_a_document(key, pages):
    for frame in Source.objects.get(key=key).entries.filter(kind=Entry.Kind.FRAME):
        assert f'id="{frame.ref}"' not in pages[key]
    assert not re.search(
        "About the document|about the document itself|It says|Here it is|Closing sentence", pages[key]
    )


def test_each_document_is_drawn_in_its_own_form(pages):
    assert [key for key in KEYS if 'class="graph"' in pages[key]] == ["stage-graph"]
    assert pages["stage-graph"].count('class="node"') == 10
    assert [key for key in KEYS if 'class="stage-lines"' in pages[key]] == ["table-and-tree"]
    assert pages["table-and-tree"].count('<th scope="row">') == 10
    assert pages["table-and-tree"].count('class="document-tree"') == 3
    assert [key for key in KEYS if 'id="citations"' in pages[key]] == ["nineteen-sections"]
    assert [key for key in KEYS if 'class="tick"' in pages[key]] == ["check-list"]


def test_every_box_of_the_check_list_can_be_filled(pages):
    lines = pages["check-list"].split('<li class="line box-line"')[1:]
    assert len(lines) == 39
    assert [line[:40] for line in lines if 'class="tick"' not in line] == []
    ticks = re.findall(r'id="([\w-]+)-tick"', pages["check-list"])
    assert len(ticks) == len(set(ticks))


def test_a_heading_leads_to_the_stages_that_teach_what_stands_under_it():
    entries = list(told().select_related("source").prefetch_related("stages", "topics__stage"))
    for (source, section), group in groupby(entries, key=lambda entry: (entry.source, entry.section)):
        named = {stage.pk for entry in group if entry.heading for stage in entry.stages.all()}
        taught = Counter(
            topic.stage_id
            for entry in entries
            if entry.source == source and not entry.heading and not entry.paraphrase
            if entry.section == section or entry.section.startswith(f"{section} / ")
            for topic in entry.topics.all()
        )
        if named and taught:
            assert named <= taught.keys(), section
            assert sum(taught[pk] for pk in named) > sum(taught.values()) / 2, section


def test_what_is_meant_otherwise_than_its_word_leads_where_it_is_meant():
    """Words that mean one thing here and another there: the line around them says which."""
    meant = {
        "d4.s3.7": {"production-database"},
        "d3.s4.3": {"static-files"},
        "d3.s11c.6": {"authorization"},
        "d4.s1c.7": {"python-testing"},
        "d4.s1c.11": {"rest-apis"},
    }
    for ref, slugs in meant.items():
        assert {topic.slug for topic in Entry.objects.get(ref=ref).topics.all()} - {"view-decorators"} == slugs
    assert not Entry.objects.filter(paraphrase__contains="belong to the site", topics__slug="css").exists()
