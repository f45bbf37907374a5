"""What a learner shows to others: a page of their own, off until they turn it on, and certificates."""

from datetime import date
from secrets import token_urlsafe

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from accounts.timezones import user_zone
from accounts.validators import one_line
from stages.models import Track

ZONE_HELP = "That of the learner's browser, for one who chose none. Those who look have another."


def new_token() -> str:
    """An address that nobody guesses: 128 random bits."""
    return token_urlsafe(16)


class Share(models.Model):
    """A learner's public page. No row: nothing is shared. A new token makes the old address nobody's."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="share")
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    show_progress = models.BooleanField("my progress by stage", default=True)
    show_calendar = models.BooleanField("my activity calendar", default=False)
    show_projects = models.BooleanField("the projects I have built", default=True)
    time_zone = models.CharField(max_length=64, blank=True, editable=False, help_text=ZONE_HELP)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"page of {self.user}"

    def get_absolute_url(self) -> str:
        return reverse("shared", args=[self.token])

    def renew(self) -> bool:
        """Give the page another link; return whether it still had the one known here."""
        return bool(Share.objects.filter(user=self.user_id, token=self.token).update(token=new_token()))


class Certificate(models.Model):
    """A learner had done every required topic of a track.

    It says which topics those were, so it stays true when the track grows or goes.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="certificates")
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="certificates")
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    name = models.CharField(max_length=150, help_text="Whose it is, as it was written then.", validators=[one_line])
    track_title = models.CharField(max_length=120, validators=[one_line])
    topics = models.JSONField(help_text="What it covers: a list of [slug, title].")
    shown = models.PositiveSmallIntegerField(default=0, help_text="How many of them were shown in practice as well.")
    time_zone = models.CharField(max_length=64, blank=True, editable=False, help_text=ZONE_HELP)
    issued_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "track"],
                name="one_certificate_per_track",
                violation_error_message="There is a certificate for this track already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.track_title}"

    def get_absolute_url(self) -> str:
        return reverse("certificate", args=[self.token])

    @property
    def issued_on(self) -> date:
        """The day of issue by the learner's own clock."""
        return self.issued_at.astimezone(user_zone(self.user, self.time_zone)).date()
