"""OwnTrack is called CustomTrack; its table keeps its name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0005_assignments_without_due_last")]

    operations = [
        migrations.AlterModelTable("owntrack", "cohorts_owntrack"),
        migrations.RenameModel("OwnTrack", "CustomTrack"),
    ]
