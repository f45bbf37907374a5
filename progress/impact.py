"""What an edit of the content does to everyone's numbers.

Nothing is predicted: the admin makes the edit in a transaction, looks at the content before and after it, measures
everyone in both, and takes the edit back unless somebody has agreed to just that (roadmap_site/confirming.py). So
what is shown is what will be.

Two things make it quick. What is counted comes from outlines, a few queries whatever the number of learners, and
only when that has changed anybody is measured. Then a learner is one number, with a bit for each topic that is done:
all of them come in one query, and how many topics of a set are done is the number of bits in common.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, StringAgg, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress.covering import added_since, all_takers
from progress.measure import Measure
from progress.models import Certificate, ProgressEvent, Status, TopicProgress
from stages.history import LABELS
from stages.models import Level, State, Track, out
from stages.outline import Outline, outline_of_stages, outlines

SHOWN = 8  # groups of learners for each thing that is counted

# --- What is counted ----------------------------------------------------------------------------------


class Content(NamedTuple):
    """All that numbers depend on apart from the learners, at one moment."""

    roadmap: Outline
    tracks: dict  # {pk: Track} of what is published, private ones too
    outlines: dict  # {pk: Outline} of those for everyone
    takers: dict  # who took over from whom; see stages.replaced
    last_event: int


def look():
    """The Content as it is now. Six queries."""
    roadmap = outline_of_stages()
    tracks = {track.pk: track for track in Track.objects.filter(out()).order_by("position", "pk")}
    public = [track for track in tracks.values() if not track.private]
    found = outlines([track for track in public if not track.follows_stages])
    found |= {track.pk: roadmap for track in public if track.follows_stages}
    last = ProgressEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    return Content(roadmap, tracks, found, all_takers(), last or 0)


def required(outline):
    """The pks of the topics that a percentage is measured in."""
    return frozenset(topic.pk for topic in outline.topics if topic.required)


class Scope(NamedTuple):
    """Something that has a percentage, and the required topics that it is measured in, as pks, before and after.

    ``among`` are the learners who have it, where not everyone does. ``waits`` says that its people are offered the
    edit and keep what they have until they take it over.
    """

    kind: str
    key: str
    title: str
    before: frozenset
    after: frozenset
    among: frozenset | None = None
    waits: bool = False
    cohort: int | None = None

    def is_touched(self, carried):
        return self.before != self.after or bool(carried & (self.before | self.after))


def of_site(before, after, carried):
    """A Scope for each percentage that every learner has and that may change."""
    empty = frozenset()
    was, now = sets(before), sets(after)
    for key in {**now, **was}:
        title = (now.get(key) or was[key])[0]
        scope = Scope(*key, title, was.get(key, (title, empty))[1], now.get(key, (title, empty))[1])
        if scope.is_touched(carried):
            yield scope


def sets(content):
    """``{(kind, slug): (title, required topics)}``"""
    roadmap = content.roadmap
    found = {("roadmap", ""): (_("The whole roadmap"), required(roadmap))}
    for section in roadmap.sections:
        found["stage", section.slug] = _("Stage: %s") % section.title, required(section)
    for level in Level:
        topics = frozenset(topic.pk for topic in roadmap.topics if topic.required and topic.level == level)
        found["level", level.value] = _("Level: %s") % level.label.lower(), topics
    for pk, outline in content.outlines.items():
        track = content.tracks[pk]
        if not track.follows_stages:
            found["track", track.slug] = _("Track: %s") % track.title, required(outline)
    return found


# Functions of the Content before and after, and of the pks of topics that took ticks over, that give Scopes. Other
# apps add theirs.
PARTS = [of_site]

# --- What becomes of it -------------------------------------------------------------------------------


@cache  # a few hundred topics, so not many pairs
def percentage(done, total):
    return Measure(total=total, done=done).percentage


class Group(NamedTuple):
    before: int | None  # percentages
    after: int | None
    learners: int


@dataclass(frozen=True)
class Change:
    """What an edit does to one percentage; ``done`` is {learner: (topics done before, after)}.

    In ``done`` is whoever has done anything of it, before or after; for all others it is 0 of so many both times.
    Where only some learners have it, all of them are in there.
    """

    scope: Scope
    done: dict

    def figures(self, learner):
        """The percentages of a learner before and after."""
        before, after = self.done.get(learner, (0, 0))
        return percentage(before, len(self.scope.before)), percentage(after, len(self.scope.after))

    @property
    def totals(self):
        return len(self.scope.before), len(self.scope.after)

    @cached_property
    def counted(self):
        """``{(percentage before, percentage after): learners}``, of those for whom anything is otherwise."""
        was, now = self.totals
        found = Counter()
        for pair, learners in Counter(self.done.values()).items():
            if (pair[0], was) != (pair[1], now):
                found[percentage(pair[0], was), percentage(pair[1], now)] += learners
        return found

    @cached_property
    def learners(self):
        """Those whose percentage changes."""
        return {learner for learner in self.done if len(set(self.figures(learner))) == 2}

    @cached_property
    def groups(self):
        """The learners by what their percentage changes from and to, the largest changes first."""
        groups = [Group(*pair, learners) for pair, learners in self.counted.items() if pair[0] != pair[1]]
        return sorted(groups, key=lambda group: (-size(group), -group.learners, group.before or 0, group.after or 0))

    @property
    def shown(self):
        return self.groups[:SHOWN]

    @property
    def others(self):
        """How many learners are in none of the groups that are shown."""
        return sum(group.learners for group in self.groups[SHOWN:])

    @property
    def staying(self):
        """How many have another count at the same percentage."""
        return sum(learners for pair, learners in self.counted.items() if pair[0] == pair[1])

    @property
    def matters(self):
        """Whether any number of anybody changes. A cohort's work does even before its first learner has come."""
        if self.scope.among is not None:
            return self.scope.before != self.scope.after or bool(self.counted)
        return bool(self.counted)


def size(group):
    return abs((group.after or 0) - (group.before or 0))


class Certified(NamedTuple):
    """Certificates that will say something else of their track: how many required topics came since, or that it went.

    ``before`` and ``after`` are those numbers, or None where the track is not offered.
    """

    title: str
    number: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Phase:
    """What happens at one time: at once (None), or when a date has come, as far as can be known today."""

    at: datetime | None
    changes: list  # of Change
    waiting: list  # of Scope
    certificates: list  # of Certified
    facts: list  # all of it except the learners, as JSON has it

    def __bool__(self):
        return bool(self.changes or self.certificates)

    @property
    def on_site(self):
        return [change for change in self.changes if change.scope.among is None]

    @property
    def in_cohorts(self):
        return [change for change in self.changes if change.scope.among is not None]


@dataclass(frozen=True)
class Impact:
    """What an edit does to everyone's numbers; false when it does nothing to them."""

    phases: list

    def __bool__(self):
        return any(self.phases)

    @cached_property
    def learners(self):
        """Those who see another percentage anywhere."""
        return set().union(*(change.learners for phase in self.phases for change in phase.changes))

    @property
    def cohorts(self):
        return {change.scope.cohort for phase in self.phases for change in phase.in_cohorts}

    @property
    def certificates(self):
        return max((sum(certified.number for certified in phase.certificates) for phase in self.phases), default=0)

    @property
    def summary(self):
        """In a line: "41 learners see another percentage, 2 cohorts, 1 certificate"."""
        number = len(self.learners)
        said = [
            ngettext("%(count)d learner sees another percentage", "%(count)d learners see another percentage", number)
            % {"count": number}
        ]
        if cohorts := len(self.cohorts):
            said.append(ngettext("%(count)d cohort", "%(count)d cohorts", cohorts) % {"count": cohorts})
        if issued := self.certificates:
            said.append(ngettext("%(count)d certificate", "%(count)d certificates", issued) % {"count": issued})
        return ", ".join(said)

    @property
    def token(self):
        """What a form carries that agrees to this.

        Learners go on ticking while an editor reads, and that must not keep the editor from publishing. So it names
        what happens to the content, the cohorts and the certificates, and how many learners it concerned.
        """
        text = json.dumps([phase.facts for phase in self.phases], sort_keys=True, default=str)
        return f"{sha256(text.encode()).hexdigest()[:24]}-{len(self.learners)}"

    def is_agreed(self, token):
        """Whether ``token`` agrees to this: to the same, for a number of learners that is about the same."""
        digest, _dash, number = self.token.partition("-")
        agreed, _dash, seen = token.partition("-")
        if agreed != digest or not seen.isdecimal():
            return False
        return abs(int(seen) - int(number)) * 10 <= max(int(seen), int(number))


# --- Measuring ----------------------------------------------------------------------------------------


def impact_of(before, revisions):
    """The Impact of an edit that was made just now, in this transaction; ``revisions`` are what it changed.

    Seven queries where it changed nothing that is counted.
    """
    if not revisions:
        return Impact([])
    after, carried = look(), carried_since(before)
    phases = [phase_of(None, before, after, carried)]
    planned, date = planned_by(revisions)
    if planned:
        phases.append(phase_of(date, after, look_ahead(planned), {}))
    return Impact([phase for phase in phases if phase])


def phase_of(at, before, after, carried):
    topics = frozenset(carried)
    touched = [scope for part in PARTS for scope in part(before, after, topics)]
    counted = [scope for scope in touched if not scope.waits]
    changes = [change for change in measured(counted, carried) if change.matters]
    certificates = certificates_of(before, after)
    slugs = {topic.pk: topic.slug for content in (before, after) for topic in content.roadmap.topics}
    facts = [
        at,
        [[*change.scope[:3], *(sorted(slugs[pk] for pk in pks) for pks in change.scope[3:5])] for change in changes],
        sorted(slugs.get(pk, "") for pk in topics),
        certificates,
    ]
    return Phase(at, changes, [scope for scope in touched if scope.waits], certificates, facts)


def measured(scopes, carried):
    """A Change for each Scope. One query, or none."""
    if not scopes:
        return
    topics = sorted(frozenset().union(*(scope.before | scope.after for scope in scopes)))
    bits = {topic: 1 << place for place, topic in enumerate(topics)}
    now = ticks(bits)
    was = dict(now)
    for topic, learners in carried.items():
        for learner in learners if topic in bits else ():
            was[learner] = was.get(learner, 0) & ~bits[topic]
    for scope in scopes:
        old, new = (sum(bits[topic] for topic in pks) for pks in (scope.before, scope.after))
        learners = now if scope.among is None else scope.among
        done = {
            learner: ((was.get(learner, 0) & old).bit_count(), (now.get(learner, 0) & new).bit_count())
            for learner in learners
        }
        if scope.among is None:
            done = {learner: pair for learner, pair in done.items() if any(pair)}
        yield Change(scope, done)


def ticks(bits):
    """``{learner: the sum of the bits of what they have done}``. One query; ``bits`` is {topic pk: bit}."""
    rows = (
        TopicProgress.objects.filter(status=Status.DONE, topic__in=bits)
        .values_list("user_id")
        .annotate(topics=StringAgg(Cast("topic_id", TextField()), delimiter=Value(",")))
    )
    bit_of = {str(topic): bit for topic, bit in bits.items()}
    return {learner: sum(map(bit_of.__getitem__, topics.split(","))) for learner, topics in rows.iterator()}


def carried_since(before):
    """``{topic pk: learners}`` for the topics that have become done since by taking over from others. One query.

    A carried-over tick is only written where there was none.
    """
    events = ProgressEvent.objects.filter(
        pk__gt=before.last_event, cause=ProgressEvent.Cause.CARRY_OVER, status=Status.DONE
    )
    found = {}
    for topic, learner in events.values_list("topic_id", "user_id"):
        found.setdefault(topic, set()).add(learner)
    return found


def certificates_of(before, after):
    """A Certified for certificates whose page says something else afterwards. One query, or none."""
    was, now = ({pk: required(outline) for pk, outline in content.outlines.items()} for content in (before, after))
    if before.takers == after.takers and was == now:
        return []
    rows = (
        Certificate.objects.filter(track__in={*before.outlines, *after.outlines}, user__is_active=True)
        .order_by("track_title", "track")
        .values_list("track", "track_title", "topics")
        .annotate(number=Count("pk"))
    )
    found = Counter()
    for track, title, topics, number in rows:
        old, new = (
            len(added_since(topics, content.outlines[track], content.takers)) if track in content.outlines else None
            for content in (before, after)
        )
        if old != new:
            found[title, old, new] += number
    return [Certified(title, number, old, new) for (title, old, new), number in found.items()]


# --- What is planned ----------------------------------------------------------------------------------

COUNTING = {"state", "publish_at", "stage", "required", "level"}


def planned_by(revisions):
    """The rows that an edit plans for a time to come, as ``{model: pks}``, and the last of their dates."""
    found, dates = {}, []
    for revision in revisions:
        entry = revision.after or {}
        date = entry.get("publish_at")
        date = parse_datetime(date) if isinstance(date, str) else date
        planned = date and date > timezone.now() and entry.get("state") == State.PUBLISHED
        if planned and (revision.before is None or COUNTING & set(revision.changed_fields())):
            found.setdefault(LABELS[revision.model], []).append(revision.object_id)
            dates.append(date)
    return found, max(dates, default=None)


def look_ahead(planned):
    """The Content when the dates of these rows will have come."""
    with transaction.atomic():
        for model, pks in planned.items():
            model.objects.filter(pk__in=pks).update(publish_at=None)
        found = look()
        transaction.set_rollback(True)
    return found
