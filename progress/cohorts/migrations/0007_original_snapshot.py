"""A snapshot of a track was called its form."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0006_custom_track")]

    operations = [
        migrations.RenameField("customtrack", "original_form", "original_snapshot"),
    ]
