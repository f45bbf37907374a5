from django.db import migrations

PUBLISHED = "published"


def agree(apps, schema_editor):
    """Keep with every assignment its track as it is now: until here cohorts followed each edit at once."""
    model = {
        name: apps.get_model(app, name)
        for app, name in [("cohorts", "Assignment"), ("stages", "Stage"), ("stages", "TrackSection")]
    }
    for assignment in model["Assignment"].objects.select_related("track"):
        if assignment.track.follows_stages:
            stages = model["Stage"].objects.filter(state=PUBLISHED).order_by("position", "pk")
            sections = [
                (stage, "", stage.topics.filter(state=PUBLISHED).order_by("position", "pk"), "slug") for stage in stages
            ]
        else:
            own = model["TrackSection"].objects.filter(track=assignment.track).order_by("position", "pk")
            sections = [
                (
                    section,
                    section.part,
                    section.places.filter(topic__state=PUBLISHED, topic__stage__state=PUBLISHED).order_by(
                        "position", "pk"
                    ),
                    "topic__slug",
                )
                for section in own
            ]
        kept = [
            {"slug": section.slug, "title": section.title, "part": part, "topics": list(map(list, topics))}
            for section, part, rows, slug in sections
            if (topics := list(rows.values_list(slug, "required"))) or assignment.track.follows_stages
        ]
        assignment.form = kept
        assignment.save(update_fields=["form"])


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0003_groups_and_contact")]

    operations = [migrations.RunPython(agree, migrations.RunPython.noop)]
