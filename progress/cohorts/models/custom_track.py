"""Tracks that instructors compose for their cohorts."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from stages.models import Track


class OwnTrack(models.Model):
    """Who composed a private track, and of what it is a copy, if of any.

    ``original_form`` is the original as its authors last looked at it (see agreed.py), to say what changed since.
    """

    track = models.OneToOneField(Track, on_delete=models.CASCADE, related_name="own", primary_key=True)
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="own_tracks")
    original = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, blank=True, related_name="copies")
    original_form = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.track)
