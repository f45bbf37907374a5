import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Names of relations in Python alone; no statement reaches the database."""

    dependencies = [
        ('progress', '0007_events_of_a_standing'),
        ('stages', '0006_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='topicprogress',
                    name='topic',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='topic_progress', to='stages.topic'),
                ),
                migrations.AlterField(
                    model_name='topicprogress',
                    name='user',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='topic_progress', to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
    ]
