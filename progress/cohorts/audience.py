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

    names: dict[int, str]  # by group, sorted by name
    members: dict[int, set[int]]  # learners by group
    groups: dict[int, set[int]]  # groups by assignment
    picked: dict[int, set[int]]  # learners by assignment

    def reached(self, assignment: Assignment, but: int | None = None) -> set[int] | None:
        """The learners whom an assignment is for, without a group ``but``; None where it is for everyone."""
        if assignment.to_everyone:
            return None
        grouped = (self.members[group] for group in self.groups.get(assignment.pk, ()) if group != but)
        return set(self.picked.get(assignment.pk, ())).union(*grouped)

    def reaches(self, assignment: Assignment, learner: int) -> bool:
        return (
            assignment.to_everyone
            or learner in self.picked.get(assignment.pk, ())
            or any(learner in self.members[group] for group in self.groups.get(assignment.pk, ()))
        )

    def groups_of(self, learner: int) -> list[str]:
        """The names of the groups that a learner is in."""
        return [name for pk, name in self.names.items() if learner in self.members[pk]]

    def words(self, assignment: Assignment) -> str:
        """For whom it is, in plain words: "Evening and 2 picked learners"."""
        if assignment.to_everyone:
            return _("for the whole cohort")
        parts = [name for pk, name in self.names.items() if pk in self.groups.get(assignment.pk, ())]
        if picked := len(self.picked.get(assignment.pk, ())):
            said = ngettext("%(count)d picked learner", "%(count)d picked learners", picked)
            parts.append(said % {"count": picked})
        if not parts:
            return _("nobody has it now")
        *most, last = parts
        listed = _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last
        if not self.reached(assignment):
            return _("for %(whom)s, where nobody is: nobody has it now") % {"whom": listed}
        return _("for %(whom)s") % {"whom": listed}


def load_audiences(*cohorts: Cohort) -> Audience:
    """Groups, members, and whom each assignment is for. One query, whatever the size: four lists in one."""
    current = Enrolment.objects.current().filter(cohort__in=cohorts)
    own = Group.objects.filter(cohort__in=cohorts)

    def rows(kind: str, queryset: QuerySet[Any], left: str, right: str) -> QuerySet[Any, Any]:
        said = {"kind": Value(kind), "left": F(left), "right": F(right), "text": Value("", TextField())}
        columns: QuerySet[Any, Any] = queryset.order_by().annotate(**said).values_list(*said)
        return columns

    found: dict[str, list[list[Any]]] = {"group": [], "member": [], "follows": [], "picked": []}
    members, picked = (m2m.through.objects.filter(enrolment__in=current) for m2m in (Group.members, Assignment.picked))
    follows = Assignment.groups.through.objects.filter(group__in=own)
    named = own.order_by().values_list(Value("group"), "pk", "cohort", Cast("name", TextField()))
    every = named.union(
        rows("member", members, "group", "enrolment__user"),
        rows("follows", follows, "assignment", "group"),
        rows("picked", picked, "assignment", "enrolment__user"),
        all=True,
    ).order_by()
    for kind, *columns in every:
        found[kind].append(columns)
    names = {pk: name for pk, _cohort, name in sorted(found["group"], key=lambda row: (row[2].casefold(), row[0]))}
    return Audience(
        names,
        {pk: set() for pk in names} | group_pairs(found["member"]),
        group_pairs(found["follows"]),
        group_pairs(found["picked"]),
    )


def group_pairs(rows: Iterable[list[Any]]) -> dict[int, set[int]]:
    sets: dict[int, set[int]] = {}
    for left, right, _text in rows:
        sets.setdefault(left, set()).add(right)
    return sets
