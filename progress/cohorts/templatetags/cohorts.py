"""What pages outside of the cohorts show of them."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress.cohorts.assigned import assigned_to
from progress.cohorts.plan import due_soon

register = template.Library()


@register.filter
def away(day, today):
    """How far a day is from another in plain words: ``{{ due|away:today }}``."""
    number = (day - today).days
    if number == 0:
        return _("today")
    if number in (1, -1):
        return _("tomorrow") if number == 1 else _("yesterday")
    if number > 0:
        return ngettext("in %d day", "in %d days", number) % number
    return ngettext("%d day ago", "%d days ago", -number) % -number


@register.inclusion_tag("cohorts/assigned.html", takes_context=True)
def assigned(context):
    """The learner's assignments with their dates, and what is due soon in all of them together."""
    mine, progress = assigned_to(context["user"]), context["progress"]
    statuses = progress.statuses
    return {
        "progress": progress,
        "soon": due_soon(mine, statuses),
        "assigned": [
            {
                "plan": plan,
                "measured": progress.measure(plan.outline.topics),
                "overdue": plan.overdue(statuses),
                "next": plan.next_due(statuses),
                "sections": [(section, day, progress.measure(section.topics)) for section, day in plan.rhythm],
            }
            for plan in mine
        ],
    }


@register.inclusion_tag("cohorts/wanted_by.html", takes_context=True)
def wanted_by(context, topic):
    """Which of the reader's assignments want a topic, and by when. No query for visitors."""
    user = context["user"]
    mine = assigned_to(user) if user.is_authenticated else []
    wanted = [(plan, plan.days[topic.pk]) for plan in mine if topic.pk in plan.days]
    return {"wanted": sorted(wanted, key=lambda pair: (pair[1] is None, pair[1]))}
