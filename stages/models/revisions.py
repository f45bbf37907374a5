from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from stages.revisions.diff import Difference


class RevisionQuerySet(models.QuerySet["Revision"]):
    def about(self, row: models.Model) -> Self:
        """What was done to ``row``; to a track, what was done to its sections as well."""
        own = models.Q(model=row._meta.label_lower, object_id=row.pk)
        if row._meta.model_name == "track":
            own |= models.Q(model="stages.tracksection", within=row.pk)
        return self.filter(own)

    def put_back_by(self, sent: Mapping[str, str], model: str | None = None) -> "Revision | None":
        """The revision that a form puts back, or None for a form that somebody has filled in by hand."""
        number = sent.get("_put_back", "")
        found = self.filter(pk=number, before__isnull=False) if number.isdecimal() else self.none()
        return (found.filter(model=model) if model else found).first()


class Revision(models.Model):
    """One change of one piece of content: what it was before, what it was after, who did it, and when.

    Both are entries as the fixture files have them, with what stands under them: a topic has its links, and a section
    of a track its topics. So a revision can be read, and put back, when the rows that it names have other numbers.
    """

    class How(models.TextChoices):
        ADMIN = "admin", _("in the admin")
        FILES = "files", _("from the files")

    model = models.CharField(_("kind"), max_length=40)
    object_id = models.BigIntegerField()
    within = models.BigIntegerField(null=True, help_text=_("The track of a section."))
    title = models.CharField(_("what"), max_length=200)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder, help_text=_("None when it was made."))
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder, help_text=_("None when it was deleted."))
    # Whoever deletes their account goes from here; what they changed stays changed, and stays on record.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    how = models.CharField(_("how"), max_length=5, choices=How)
    why = models.CharField(_("why"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    # Not kept: whether nobody but editors could see it, neither before nor after. See stages/editing/permissions.py.
    of_drafts: bool
    # What its pages show besides; see stages/admin/versioned.py.
    kind: str
    differences: list["Difference"]
    restore_url: str
    is_inline: bool
    # The names of what a form would undo of it; see stages/revisions/edit_conflicts.py.
    undone: set[str | tuple[str, tuple[str, ...]]]

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ["view"]  # nobody rewrites history
        indexes = [
            models.Index(fields=["model", "object_id"], name="history_of_one"),
            models.Index(fields=["model", "within"], name="history_of_parts"),
        ]

    def __str__(self) -> str:
        return self.title

    def who(self) -> str:
        if self.by:
            return str(self.by)
        return "load_roadmap" if self.how == self.How.FILES else str(_("somebody who has left"))

    def changed_fields(self) -> list[str]:
        """The names of the fields that this change touched, in no order."""
        before, after = self.before or {}, self.after or {}
        return [name for name in {**after, **before} if before.get(name) != after.get(name)]
