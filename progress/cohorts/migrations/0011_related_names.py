"""What leads to a custom track is named after it; the help text of a snapshot names its module. No column changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0010_digest_delivery"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "assignment",
            "track_snapshot",
            models.JSONField(
                default=list, editable=False, help_text="The track as it was assigned; see track_snapshot.py."
            ),
        ),
        migrations.AlterField(
            "customtrack",
            "authors",
            models.ManyToManyField(related_name="custom_tracks", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            "customtrack",
            "track",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="custom_track",
                serialize=False,
                to="stages.track",
            ),
        ),
    ]
