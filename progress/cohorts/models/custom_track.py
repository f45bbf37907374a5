"""Tracks that instructors compose for their cohorts."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from stages.models import Track


class CustomTrack(models.Model):
    """Who composed a private track, and of what it is a copy, if of any.

    ``original_snapshot`` is the original as its authors last looked at it, to say what changed since; see
    track_snapshot.py.
    """

    track = models.OneToOneField(Track, on_delete=models.CASCADE, related_name="custom_track", primary_key=True)
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="custom_tracks")
    original = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, blank=True, related_name="copies")
    original_snapshot = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "cohorts_owntrack"

    def __str__(self) -> str:
        return str(self.track)
