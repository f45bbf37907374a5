"""Topics that an instructor marked as done for a learner."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from progress.cohorts.models.cohort import Cohort
from stages.models import Topic


class Override(models.Model):
    """An instructor marked a topic as done for a learner, and said why.

    The status itself is written like every other, with the cause "override", so an override holds as long as the
    latest event of the topic is its own: the learner who unticks the topic has undone it.
    """

    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="overrides")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="overrides")
    cohort = models.ForeignKey(Cohort, on_delete=models.SET_NULL, null=True, related_name="overrides")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="overrides_made"
    )
    reason = models.CharField(_("reason"), max_length=500)
    before = models.CharField(max_length=8, help_text="The standing that it replaced, to go back to.")
    at = models.DateTimeField(db_default=Now())
    disputed_at = models.DateTimeField(null=True, editable=False)
    dispute = models.CharField(_("what is wrong"), max_length=500, blank=True)
    undone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.learner}: {self.topic}"
