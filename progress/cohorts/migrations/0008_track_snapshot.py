"""A snapshot of a track was called its form."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0007_original_snapshot")]

    operations = [
        migrations.RenameField("assignment", "form", "track_snapshot"),
    ]
