"""What an instructor reads beside a name and in a cell, in plain words. Nothing here asks the database."""

from datetime import date
from unicodedata import combining, normalize

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress.measure import ProgressSummary
from progress.models import STATUS_LABELS, Status

# --- Names --------------------------------------------------------------------------------------------


def name_sort_key(name: str) -> tuple[str, str]:
    """What to sort names by, the same on both databases: É stands with E, and a with A."""
    if name.isascii():
        return name.casefold(), name
    letters = (letter for letter in normalize("NFKD", name) if not combining(letter))
    return "".join(letters).casefold(), name


# --- Falling behind -----------------------------------------------------------------------------------


def inactive_days(
    summary: ProgressSummary, today: date, last_tick: date | None, start: date | None, quiet_days: int
) -> int | None:
    """For how many days a learner has ticked nothing, or None where there is nothing to say.

    All are days of the cohort's time zone. ``last_tick`` is None for somebody who has ticked nothing yet;
    ``start`` is when there was something to tick: the day of joining or that of the first assignment, the later
    one, or None. Nobody is called quiet who has nothing left to do.
    """
    if start is None or not summary.left:
        return None
    days = (today - max(start, last_tick or start)).days
    return days if days >= max(quiet_days, 1) else None


def behind_phrases(days_inactive: int | None, has_ticked: bool, overdue: int) -> list[str]:
    """How a learner falls behind, as a list of phrases; an empty list for one who does not."""
    phrases = []
    if days_inactive and has_ticked:
        message = ngettext("nothing ticked for %(days)d day", "nothing ticked for %(days)d days", days_inactive)
        phrases.append(message % {"days": days_inactive})
    elif days_inactive:
        message = ngettext(
            "nothing ticked in the first day", "nothing ticked in the first %(days)d days", days_inactive
        )
        phrases.append(message % {"days": days_inactive})
    if overdue:
        message = ngettext("%(count)d topic overdue", "%(count)d topics overdue", overdue)
        phrases.append(message % {"count": overdue})
    return phrases


def behind_text(days_inactive: int | None, has_ticked: bool, overdue: int) -> str:
    return "; ".join(behind_phrases(days_inactive, has_ticked, overdue))


# --- Cells --------------------------------------------------------------------------------------------


def cell_text(summary: ProgressSummary) -> str:
    """How far somebody is, as short as a cell needs it."""
    if summary.total:
        return _("%(done)d of %(total)d") % {"done": summary.done, "total": summary.total}
    if summary.optional:
        return _("%(done)d of %(total)d optional") % {"done": summary.optional_done, "total": summary.optional}
    return _("nothing to do")


def heat_level(summary: ProgressSummary) -> int:
    """How full a cell is drawn, in five steps: 0 is not a single topic done, 4 is everything and nothing less."""
    done, total = (summary.done, summary.total) if summary.total else (summary.optional_done, summary.optional)
    if not done:
        return 0
    return 4 if done == total else 1 + done * 3 // total


def status_text(status: str, is_overridden: bool = False) -> str:
    """A status in a topic as a word, or as three where an instructor marked it."""
    if is_overridden and status == Status.DONE:
        return _("done, marked by an instructor")
    return str(STATUS_LABELS[status])


# --- Pace ---------------------------------------------------------------------------------------------


def day_count(number: float) -> str:
    """A median of days, which may be a fraction: "under a day", "1 day", "6 days"."""
    if number < 1:
        return _("under a day")
    return ngettext("%(days)d day", "%(days)d days", round(number)) % {"days": round(number)}
