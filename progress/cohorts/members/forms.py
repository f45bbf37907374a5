"""Forms for groups and their members."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from progress.cohorts.forms import MEMBER_GONE, RowsField, choice_field, current_enrolments
from progress.cohorts.models import Enrolment, Group


class GroupForm(forms.ModelForm):
    """The name of a group, which no other of its cohort has, in whatever case."""

    class Meta:
        model = Group
        fields = ["name"]
        labels = {"name": gettext_lazy("Name")}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = self.instance.cohort.groups.exclude(pk=self.instance.pk).values_list("name", flat=True)
        if name.casefold() in {other.casefold() for other in others}:
            raise ValidationError(_("This cohort already has a group with that name."))
        return name


class MembersForm(GroupForm):
    """A group with its members.

    The form says what it was shown: the name, and who was in. Only what differs from that is written, so that what
    another instructor changed in the meantime stays.
    """

    shown_name = forms.CharField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    members = RowsField(Enrolment, MEMBER_GONE)

    class Meta(GroupForm.Meta):
        fields = ["name"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.learners = current_enrolments(self.instance.cohort)
        choice_field(self, "members").queryset = self.learners
        self.current_pks = (
            list(self.instance.members.current().values_list("pk", flat=True)) if self.instance.pk else []
        )
        self.initial.update(
            members=self.current_pks,
            shown=",".join(map(str, sorted(self.current_pks))),
            shown_name=self.instance.name,
        )
        self.saved_name: str = self.instance.name

    def clean_shown(self) -> set[str]:
        return set(self.cleaned_data["shown"].split(","))

    def clean_name(self) -> str:
        if self.data.get("shown_name") == self.data.get("name"):  # not touched, so it stays what it is
            return self.saved_name
        return super().clean_name()

    def save(self) -> list[Enrolment]:  # type: ignore[override] # it returns members, not the group
        """Write what was changed; return the members, by name, whom somebody else added or removed in the meantime."""
        Group.objects.filter(pk=self.instance.pk).update(name=self.cleaned_data["name"])
        posted, shown = {enrolment.pk for enrolment in self.cleaned_data["members"]}, self.cleaned_data["shown"]
        added = {pk for pk in posted if str(pk) not in shown}
        removed = {pk for pk in self.current_pks if str(pk) in shown} - posted
        self.instance.members.add(*added)
        self.instance.members.remove(*removed)
        others = ({*self.current_pks} | added) - removed ^ posted
        return list(current_enrolments(self.instance.cohort).filter(pk__in=others)) if others else []
