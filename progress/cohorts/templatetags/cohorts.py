"""What pages outside of the cohorts show of them, and what theirs need."""

from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from progress.annotations.topic_annotations import TopicAnnotations
from progress.cohorts import formatting
from progress.cohorts.due_dates import due_soon
from progress.cohorts.invitations import sender
from progress.cohorts.learner_plans import plan_cards, plans_for
from progress.cohorts.models import Cohort, EmailKind, EmailOptOut, Invitation
from progress.cohorts.overrides import active_overrides
from progress.cohorts.permissions import can_create_cohorts
from progress.cohorts.reports.gradebook import Row
from progress.cohorts.track_snapshot import diff_snapshots, take_snapshot
from stages.models import Topic, Track
from stages.outline import Outline

register = template.Library()


@register.filter
def away(day: date, today: date) -> str:
    """How far a day is from another in plain words: ``{{ due|away:today }}``."""
    number = (day - today).days
    if number == 0:
        return _("today")
    if number in (1, -1):
        return _("tomorrow") if number == 1 else _("yesterday")
    if number > 0:
        return ngettext("in %d day", "in %d days", number) % number
    return ngettext("%d day ago", "%d days ago", -number) % -number


@register.filter
def weekday(day: date) -> str:
    """A day not far away, as the language of the reader writes it: "Sun, March 8"."""
    return _("%(weekday)s, %(day)s") % {"weekday": date_format(day, "D"), "day": date_format(day, "MONTH_DAY_FORMAT")}


@register.inclusion_tag("cohorts/assignments/includes/my_assignments.html", takes_context=True)
def assigned(context: Context) -> dict[str, Any]:
    """The learner's assignments with their dates, and what is due soon in all of them together."""
    mine, progress = plans_for(context["user"]), context["progress"]
    return {
        "progress": progress,
        "marked": active_overrides().filter(learner=context["user"]) if mine else [],
        "soon": due_soon(mine, progress.statuses),
        "assigned": plan_cards(mine, progress),
    }


@register.inclusion_tag("cohorts/assignments/includes/topic_due.html", takes_context=True)
def wanted_by(context: Context, topic: Topic) -> dict[str, Any]:
    """Which of the reader's assignments want a topic, and by when. No query for visitors."""
    user = context["user"]
    mine = plans_for(user) if user.is_authenticated else []
    wanted = [(plan, plan.due_by_topic[topic.pk]) for plan in mine if topic.pk in plan.due_by_topic]
    return {"wanted": sorted(wanted, key=lambda pair: (pair[1] is None, pair[1]))}


@register.inclusion_tag("cohorts/assignments/includes/snapshot_differences.html", takes_context=True)
def followed_otherwise(context: Context, track: Track, outline: Outline) -> dict[str, Any]:
    """What the reader's assignments of a track have otherwise than the page of it. No query for visitors."""
    user, now, found = context["user"], take_snapshot(outline), []
    for plan in plans_for(user) if user.is_authenticated else []:
        if plan.track == track and (changes := diff_snapshots(take_snapshot(plan.outline), now)):
            without = [outline.places[slug][0][1] for slug in changes.added]
            still = [plan.outline.places[slug][0][1] for slug in changes.removed]
            found.append((plan, without, still))
    return {"found": found}


@register.inclusion_tag("cohorts/reports/includes/override_notice.html", takes_context=True)
def marked_for_you(context: Context, topic: Topic, annotations: TopicAnnotations | None) -> dict[str, Any]:
    """That an instructor marked a topic as done for the reader. One query where one did, none elsewhere."""
    if not (annotations and annotations.is_overridden):
        return {}
    mine = active_overrides().filter(learner=context["user"], topic=topic.pk)
    return {"override": mine.first(), "csrf_token": context.get("csrf_token")}


@register.filter
def days(number: float) -> str:
    """A number of days in words: ``{{ pace.days|days }}``."""
    return formatting.day_count(number)


@register.simple_tag(takes_context=True)
def sortable(context: Context, key: str, title: str, sort: str) -> SafeString:
    """The head of a column that sorts by ``key``; pressed again, the other way round."""
    is_sorted = sort.removeprefix("-") == key
    query = context["request"].GET.copy() or QueryDict(mutable=True)
    query.pop("page", None)
    query["sort"] = f"-{key}" if sort == key else key
    order = {key: "ascending", f"-{key}": "descending"}.get(sort)
    attribute = format_html(' aria-sort="{}"', order) if is_sorted else mark_safe("")
    return format_html('<th scope="col"{}><a href="?{}">{}</a></th>', attribute, query.urlencode(), title)


@register.simple_tag
def cells(row: Row, there: str) -> SafeString:
    """The cells of a row of the matrix; each leads to its own place on the page of the learner, which is ``there``."""
    return mark_safe("".join([there.join(halves(*cell)) for cell in row.cells]))  # noqa: S308 - both are escaped


@lru_cache(maxsize=4096)
def halves(text: str, mark: str, name: str) -> list[str]:
    """A cell, but for the address that it begins with. A template would take its time for thousands of them."""
    cell = format_html('<td class="heat" data-mark="{}"><a href="\n#{}">{}</a></td>', mark, name, text)
    return cell.split("\n", 1)


@register.inclusion_tag("cohorts/custom_tracks/includes/track_links.html", takes_context=True)
def own_track_links(context: Context, track: Track) -> dict[str, Any]:
    """What somebody who composes tracks can do with this one. Two queries, and none for visitors."""
    user = context["user"]
    if not user.is_authenticated:
        return {}
    composes = track.private and track.custom_track.authors.filter(pk=user.pk).exists()
    return {
        "track": track,
        "composes": composes,
        "may_copy": (composes or not track.private) and can_create_cohorts(user),
    }


@register.inclusion_tag("cohorts/members/includes/sole_instructor.html", takes_context=True)
def led_alone(context: Context) -> dict[str, Any]:
    """The cohorts that would have no instructor without the reader."""
    user = context["user"]
    return {"cohorts": Cohort.objects.current().led_by(user).exclude(instructors__in=User.objects.exclude(pk=user.pk))}


@register.inclusion_tag("cohorts/invitations/includes/my_invitations.html", takes_context=True)
def invitations(context: Context) -> dict[str, Any]:
    """The cohorts that the reader is invited to and has not answered."""
    found = Invitation.objects.to_answer(context["user"]).select_related("cohort", "invited_by")
    return {"invitations": found.order_by("-at", "-pk")}


@register.inclusion_tag("cohorts/invitations/includes/pending_invitations.html")
def invitations_of(cohort: Cohort) -> dict[str, Any]:
    """For the instructors of a cohort: who was invited and is not in it, and what can be done about it."""
    unused = [found for found in cohort.invitations.all() if not found.is_used]
    waiting = [found for found in unused if not found.declined]
    refused = EmailOptOut.objects.among([found.email for found in waiting], EmailKind.INVITATION)
    due = [found for found in sender.due(waiting) if found.email not in refused]
    return {
        "cohort": cohort,
        "waiting": waiting,
        "declined": [found for found in unused if found.declined],
        "refused": refused,
        "unsent": [found for found in due if not found.sent_at],
        "reminders": [found for found in due if found.sent_at],
        "patience": sender.PATIENCE.days,
    }
