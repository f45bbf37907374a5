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


class SyncResult(models.Model):
    """What came of the last load: what the next one would say, as long as everything is as it was. One row, or none.

    Everything is: the bytes of the files, the code that reads them, and the content, whose version the database
    changes with every write. What is ``rendered`` holds for the same code, whatever else has changed.
    """

    code = models.CharField(max_length=64, help_text="A hash of the code and of the libraries that it uses.")
    files = models.CharField(max_length=64, help_text="A hash of the files.")
    version = models.BigIntegerField()
    dates_come = models.IntegerField()
    lines = models.JSONField(help_text="What the database has of its own, and keeps.")
    notes = models.JSONField()
    differs = models.BooleanField(help_text="Do files and database differ?")
    reworded = models.JSONField(help_text="Files that say the same in other words than a dump would write.")
    rendered = models.JSONField(help_text="Hashes of texts with their HTML.")

    def __str__(self) -> str:
        return f"version {self.version}"
