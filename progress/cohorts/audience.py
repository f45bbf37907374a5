"""For whom an assignment is: the groups of a cohort, who is in them, and who was picked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from progress.cohorts.models import Assignment, Cohort, Enrolment, Group


@dataclass(frozen=True)
class Audience:
    """Who has what in a cohort, or in several. Learners are pks of current members; whoever left is nowhere here."""

    group_names: dict[int, str]  # by group, sorted by name
    group_members: dict[int, set[int]]  # learners by group
    groups: dict[int, set[int]]  # groups by assignment
    picked: dict[int, set[int]]  # learners by assignment

    def member_ids(self, assignment: Assignment, excluding: int | None = None) -> set[int] | None:
        """The learners whom an assignment is for, without the group ``excluding``; None where everyone has it."""
        if assignment.to_everyone:
            return None
        grouped = (self.group_members[group] for group in self.groups.get(assignment.pk, ()) if group != excluding)
        return set(self.picked.get(assignment.pk, ())).union(*grouped)

    def includes(self, assignment: Assignment, learner: int) -> bool:
        return (
            assignment.to_everyone
            or learner in self.picked.get(assignment.pk, ())
            or any(learner in self.group_members[group] for group in self.groups.get(assignment.pk, ()))
        )

    def groups_of(self, learner: int) -> list[str]:
        """The names of the groups that a learner is in."""
        return [name for pk, name in self.group_names.items() if learner in self.group_members[pk]]

    def description(self, assignment: Assignment) -> str:
        """For whom it is, in plain words: "Evening and 2 picked learners"."""
        if assignment.to_everyone:
            return _("for the whole cohort")
        parts = [name for pk, name in self.group_names.items() if pk in self.groups.get(assignment.pk, ())]
        if picked := len(self.picked.get(assignment.pk, ())):
            text = ngettext("%(count)d picked learner", "%(count)d picked learners", picked)
            parts.append(text % {"count": picked})
        if not parts:
            return _("nobody has it now")
        *most, last = parts
        recipients = _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last
        if not self.member_ids(assignment):
            return _("for %(whom)s, where nobody is: nobody has it now") % {"whom": recipients}
        return _("for %(whom)s") % {"whom": recipients}


def load_audiences(*cohorts: Cohort) -> Audience:
    """Groups, members, and whom each assignment is for. One query, whatever the size: four lists in one."""
    current = Enrolment.objects.current().filter(cohort__in=cohorts)
    groups_of_cohorts = Group.objects.filter(cohort__in=cohorts)

    def rows(kind: str, queryset: QuerySet[Any], left: str, right: str) -> QuerySet[Any, Any]:
        values = {"kind": Value(kind), "left": F(left), "right": F(right), "text": Value("", TextField())}
        columns: QuerySet[Any, Any] = queryset.order_by().annotate(**values).values_list(*values)
        return columns

    rows_by_kind: dict[str, list[list[Any]]] = {"group": [], "member": [], "follows": [], "picked": []}
    group_members, picked = (
        m2m.through.objects.filter(enrolment__in=current) for m2m in (Group.members, Assignment.picked)
    )
    followed = Assignment.groups.through.objects.filter(group__in=groups_of_cohorts)
    group_rows = groups_of_cohorts.order_by().values_list(Value("group"), "pk", "cohort", Cast("name", TextField()))
    all_rows = group_rows.union(
        rows("member", group_members, "group", "enrolment__user"),
        rows("follows", followed, "assignment", "group"),
        rows("picked", picked, "assignment", "enrolment__user"),
        all=True,
    ).order_by()
    for kind, *columns in all_rows:
        rows_by_kind[kind].append(columns)
    group_names = {
        pk: name for pk, _cohort, name in sorted(rows_by_kind["group"], key=lambda row: (row[2].casefold(), row[0]))
    }
    return Audience(
        group_names,
        {pk: set() for pk in group_names} | group_pairs(rows_by_kind["member"]),
        group_pairs(rows_by_kind["follows"]),
        group_pairs(rows_by_kind["picked"]),
    )


def group_pairs(rows: Iterable[list[Any]]) -> dict[int, set[int]]:
    sets: dict[int, set[int]] = {}
    for left, right, _text in rows:
        sets.setdefault(left, set()).add(right)
    return sets
