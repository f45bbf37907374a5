from django.db import models
from django.db.models.functions import Now


class LoadedEntry(models.Model):
    """An entry of the fixture files as it was last loaded.

    With it, a later load can tell what changed in the file from what a maintainer changed in the admin.
    """

    model = models.CharField(max_length=40)
    key = models.CharField(max_length=700, help_text="The natural key, as JSON.")
    fields = models.JSONField()
    loaded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="entry_loaded_once")]
        verbose_name_plural = "loaded entries"

    def __str__(self) -> str:
        return f"{self.model} {self.key}"
