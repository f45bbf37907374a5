"""What a search finds: topics, resources, stages, tracks and pages. The search page and the palette show it."""

from collections.abc import Sized
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stages.content import outline_of_stages
from stages.models import Resource, Topic, Track
from stages.outline import TOPIC_COLUMNS, Outline, OutlineTopic, Section
from stages.requests import AnyUser
from stages.spelling import corrected_query, words_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FEW_RESULTS = 3  # with fewer results than this, another spelling is offered


type PageAudience = Literal["anyone", "members", "strangers", "staff"]


class Page(NamedTuple):
    """A page that can be found by its name, and who may open it."""

    route: str
    title: "StrOrPromise"
    visible_to: PageAudience = "anyone"

    @property
    def url(self) -> str:
        return reverse(self.route)


PAGES = [
    Page("roadmap", _("Roadmap")),
    Page("me", _("My progress"), "members"),
    Page("notes", _("Notes and stars"), "members"),
    Page("share", _("Share your progress and certificates"), "members"),
    Page("data", _("Your data"), "members"),
    Page("tracks", _("Tracks")),
    Page("sources", _("Sources")),
    Page("account", _("Account"), "members"),
    Page("account_email", _("Email addresses"), "members"),
    Page("account_change_password", _("Password"), "members"),
    Page("mfa_index", _("Two-factor log-in"), "members"),
    Page("account_delete", _("Delete my account"), "members"),
    Page("account_login", _("Sign in"), "strangers"),
    Page("account_signup", _("Sign up"), "strangers"),
    Page("admin:index", pgettext_lazy("page", "Admin"), "staff"),
    Page("shortcuts", _("Keyboard shortcuts")),
]


@dataclass
class SearchResults:
    """What there is for a text; ``sections`` hold one topic each, as rows want them."""

    text: str
    sections: list[Section] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    stages: list[Section] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def __len__(self) -> int:
        kinds: tuple[Sized, ...] = (self.sections, self.resources, self.stages, self.tracks, self.pages)
        return sum(map(len, kinds))


class PaletteOption(NamedTuple):
    """A line of the palette: where it leads, what it is called, and a hint of what it is."""

    url: str
    title: "StrOrPromise"
    hint: str = ""
    external: bool = False


def palette_options(results: SearchResults, limit: int | None) -> list[tuple["StrOrPromise", list[PaletteOption]]]:
    """``[(heading, options), ...]`` for the palette: at most ``limit`` of each kind, and no empty headings."""
    topics = [topic for section in results.sections for topic in section.topics]
    groups = [
        (_("Pages"), [PaletteOption(page.url, page.title) for page in results.pages]),
        (
            _("Topics"),
            [PaletteOption(reverse("topic", args=[topic.slug]), topic.title, topic.summary) for topic in topics],
        ),
        (
            _("Stages"),
            [PaletteOption(reverse("stage", args=[item.slug]), item.title, item.summary) for item in results.stages],
        ),
        (
            _("Tracks"),
            [PaletteOption(track.get_absolute_url(), track.title, track.summary) for track in results.tracks],
        ),
        (
            _("Resources"),
            [PaletteOption(item.url, item.title, item.publisher, external=True) for item in results.resources],
        ),
    ]
    return [(heading, options[:limit]) for heading, options in groups if options]


def find(text: str, user: AnyUser, limit: int) -> tuple[SearchResults, str | None]:
    """What is found for ``text``, ``limit`` of each kind and one more where there are more; and another spelling.

    Returns ``(results, spelling)``. Where nothing is found for the text itself, they are for the other spelling.
    """
    outline, tracks = outline_of_stages(), list(Track.objects.published())
    pages = visible_pages(user)
    results = find_without_correction(text, outline, tracks, pages, limit)
    if len(results) >= FEW_RESULTS:
        return results, None
    vocabulary = outline.vocabulary.copy()
    titled: list[Track | Page] = [*tracks, *pages]
    for item in titled:
        vocabulary.update(dict.fromkeys(words_of(str(item.title)), 1))
    spelling = corrected_query(text, vocabulary)
    if spelling and not results:
        results = find_without_correction(spelling, outline, tracks, pages, limit)
    return results, spelling


def find_without_correction(
    text: str, outline: Outline, tracks: list[Track], pages: list[Page], limit: int
) -> SearchResults:
    topics = Topic.objects.published().search(text)[: limit + 1]
    rows = topics.values_list("stage__slug", *TOPIC_COLUMNS, "required")
    its_topics = Prefetch("topics", Topic.objects.published().in_learning_order())
    resources = Resource.objects.published().search(text).prefetch_related(its_topics)
    return SearchResults(
        text,
        [Section(stage, "", (OutlineTopic(*columns),)) for stage, *columns in rows],
        list(resources[: limit + 1]),
        [stage for stage in outline.sections if has_all(text, stage.title, stage.summary)],
        [track for track in tracks if has_all(text, track.title, track.summary)],
        [page for page in pages if has_all(text, page.title)],
    )


def has_all(text: str, *texts: "StrOrPromise") -> bool:
    """Whether every word of ``text`` is in one of ``texts``, or the beginning of a word there."""
    words = [word for text in texts for word in words_of(str(text))]
    searched = words_of(text)
    return bool(searched) and all(any(word.startswith(prefix) for word in words) for prefix in searched)


def visible_pages(user: AnyUser) -> list[Page]:
    kinds = {"anyone", "members" if user.is_authenticated else "strangers", "staff" if user.is_staff else ""}
    return [page for page in PAGES if page.visible_to in kinds]
