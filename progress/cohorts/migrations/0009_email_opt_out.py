"""Refusal is called EmailOptOut; its table keeps its name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0008_track_snapshot")]

    operations = [
        migrations.AlterModelTable("refusal", "cohorts_refusal"),
        migrations.RenameModel("Refusal", "EmailOptOut"),
    ]
