"""What pages outside of the cohorts show of them, and what theirs need."""

from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.db.models import OuterRef, Subquery
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
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
from progress.cohorts.models import Cohort, EmailKind, EmailOptOut, Invitation, QueuedEmail
from progress.cohorts.overrides import active_overrides
from progress.cohorts.permissions import can_create_cohorts
from progress.cohorts.reports.gradebook import Row
from progress.cohorts.track_snapshot import diff_snapshots, take_snapshot
from stages.models import Topic, Track
from stages.outline import Outline
from stages.prepared_query import PreparedQuery

register = template.Library()


@register.filter
def relative_day(day: date, today: date) -> str:
    """How far a day is from another in plain words: ``{{ due|relative_day:today }}``."""
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
def my_assignments(context: Context) -> dict[str, Any]:
    """The learner's assignments with their dates, and what is due soon in all of them together."""
    plans, progress = plans_for(context["user"]), context["progress"]
    return {
        "progress": progress,
        "overrides": active_overrides().filter(learner=context["user"]) if plans else [],
        "soon": due_soon(plans, progress.statuses),
        "assigned": plan_cards(plans, progress),
    }


@register.simple_tag(takes_context=True)
def topic_due(context: Context, topic: Topic) -> str:
    """Which of the reader's assignments want a topic, and by when. No query for visitors."""
    user = context["user"]
    plans = plans_for(user) if user.is_authenticated else []
    due_dates = [(plan, plan.due_by_topic[topic.pk]) for plan in plans if topic.pk in plan.due_by_topic]
    if not due_dates:
        return ""  # as for most, whom a template would cost more than the question
    due_dates.sort(key=lambda pair: (pair[1] is None, pair[1]))
    return render_to_string("cohorts/assignments/includes/topic_due.html", {"due_dates": due_dates})


@register.inclusion_tag("cohorts/assignments/includes/snapshot_differences.html", takes_context=True)
def snapshot_differences(context: Context, track: Track, outline: Outline) -> dict[str, Any]:
    """What the reader's assignments of a track have otherwise than the page of it. No query for visitors."""
    user, current, differences = context["user"], take_snapshot(outline), []
    for plan in plans_for(user) if user.is_authenticated else []:
        if plan.track == track and (changes := diff_snapshots(take_snapshot(plan.outline), current)):
            missing = [outline.positions_by_slug[slug][0][1] for slug in changes.added]
            removed = [plan.outline.positions_by_slug[slug][0][1] for slug in changes.removed]
            differences.append((plan, missing, removed))
    return {"differences": differences}


@register.simple_tag(takes_context=True)
def override_notice(context: Context, topic: Topic, annotations: TopicAnnotations | None) -> str:
    """That an instructor marked a topic as done for the reader. One query where one did, none elsewhere."""
    if not (annotations and annotations.is_overridden):
        return ""
    override = active_overrides().filter(learner=context["user"], topic=topic.pk).first()
    facts = {"override": override, "csrf_token": context.get("csrf_token")}
    return render_to_string("cohorts/reports/includes/override_notice.html", facts) if override else ""


@register.filter
def day_count(number: float) -> str:
    """A number of days in words: ``{{ bottlenecks.median_days|day_count }}``."""
    return formatting.day_count(number)


@register.simple_tag(takes_context=True)
def sortable_heading(context: Context, key: str, title: str, sort: str) -> SafeString:
    """The head of a column that sorts by ``key``; pressed again, the other way round."""
    is_sorted = sort.removeprefix("-") == key
    query = context["request"].GET.copy() or QueryDict(mutable=True)
    query.pop("page", None)
    query["sort"] = f"-{key}" if sort == key else key
    order = {key: "ascending", f"-{key}": "descending"}.get(sort)
    attribute = format_html(' aria-sort="{}"', order) if is_sorted else mark_safe("")
    return format_html('<th scope="col"{}><a href="?{}">{}</a></th>', attribute, query.urlencode(), title)


@register.simple_tag
def gradebook_cells(row: Row, url: str) -> SafeString:
    """The cells of a row of the gradebook; each leads to its own part of the learner's page, ``url``."""
    return mark_safe("".join([url.join(cell_halves(*cell)) for cell in row.cells]))  # noqa: S308 - both are escaped


@lru_cache(maxsize=4096)
def cell_halves(text: str, mark: str, anchor: str) -> list[str]:
    """A cell, but for the address that it begins with. A template would take its time for thousands of them."""
    cell = format_html('<td class="heat" data-mark="{}"><a href="\n#{}">{}</a></td>', mark, anchor, text)
    return cell.split("\n", 1)


@register.inclusion_tag("cohorts/custom_tracks/includes/track_links.html", takes_context=True)
def custom_track_links(context: Context, track: Track) -> dict[str, Any]:
    """What somebody who composes tracks can do with this one. One query or two, and none for visitors."""
    user = context["user"]
    if not user.is_authenticated:
        return {}
    is_author = track.private and track.custom_track.authors.filter(pk=user.pk).exists()
    return {
        "track": track,
        "is_author": is_author,
        "can_copy": (is_author or not track.private) and can_create_cohorts(user),
    }


@register.inclusion_tag("cohorts/members/includes/sole_instructor.html", takes_context=True)
def sole_instructor(context: Context) -> dict[str, Any]:
    """The cohorts that would have no instructor without the reader."""
    user = context["user"]
    return {"cohorts": Cohort.objects.current().led_by(user).exclude(instructors__in=User.objects.exclude(pk=user.pk))}


@register.simple_tag(takes_context=True)
def my_invitations(context: Context) -> str:
    """The cohorts that the reader is invited to and has not answered."""
    pending = [pk for (pk,) in PENDING.rows(context["user"].pk)]
    if not pending:
        return ""
    invitations = Invitation.objects.filter(pk__in=pending).select_related("cohort", "invited_by")
    facts = {"invitations": invitations.order_by("-at", "-pk"), "csrf_token": context.get("csrf_token")}
    return render_to_string("cohorts/invitations/includes/my_invitations.html", facts)


PENDING = PreparedQuery(lambda user: Invitation.objects.pending_for(user).values_list("pk"), parameters=1)


@register.inclusion_tag("cohorts/invitations/includes/pending_invitations.html")
def pending_invitations(cohort: Cohort) -> dict[str, Any]:
    """For the instructors of a cohort: who was invited and is not in it, and what can be done about it."""
    unsent = QueuedEmail.objects.filter(invitation=OuterRef("pk")).exclude(state=QueuedEmail.State.SENT)
    invitations = cohort.invitations.annotate(problem=Subquery(unsent.values("problem")[:1]))
    unused = [invitation for invitation in invitations if not invitation.is_used]
    waiting = [invitation for invitation in unused if not invitation.declined]
    opted_out = EmailOptOut.objects.opted_out([invitation.email for invitation in waiting], EmailKind.INVITATION)
    due = [invitation for invitation in sender.due_invitations(waiting) if invitation.email not in opted_out]
    return {
        "cohort": cohort,
        "waiting": waiting,
        "declined": [invitation for invitation in unused if invitation.declined],
        "opted_out": opted_out,
        "unsent": [invitation for invitation in due if not invitation.sent_at],
        "reminders": [invitation for invitation in due if invitation.sent_at],
        "remind_after_days": sender.REMIND_AFTER.days,
    }
