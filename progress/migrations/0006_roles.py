from django.db import migrations

ALL = ["view", "add", "change", "delete"]
# What each group may do with each model. Neither has anything to do with accounts or with anyone's progress.
GROUPS = {
    # Edit the content and publish it, and look after what readers report.
    "Maintainers": {
        **{
            ("stages", model): ALL
            for model in [
                *("stage", "topic", "topicresource", "resource", "source", "entry"),
                *("track", "tracksection", "tracktopic"),
            ]
        },
        ("stages", "revision"): ["view"],
        ("progress", "report"): ["view", "change"],
    },
    # Edit drafts; see stages/editing/permissions.py. Sources and their entries are never drafts.
    "Reviewers": {
        **{("stages", model): ["view", "add", "change"] for model in ["stage", "topic", "resource", "track"]},
        ("stages", "tracksection"): ["view", "add", "change"],
        **{("stages", model): ALL for model in ["topicresource", "tracktopic"]},
        **{("stages", model): ["view"] for model in ["source", "entry", "revision"]},
    },
}


def make_groups(apps, schema_editor):
    """Groups with their permissions, which Django itself would make only after the migrations."""
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects

    def permission(app, model, codename, name):
        content_type, _ = content_types.get_or_create(app_label=app, model=model)
        return permissions.get_or_create(content_type=content_type, codename=codename, defaults={"name": name})[0]

    for group_name, models in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=group_name)
        for (app, model), actions in models.items():
            noun = apps.get_model(app, model)._meta.verbose_name
            group.permissions.add(
                *(permission(app, model, f"{action}_{model}", f"Can {action} {noun}") for action in actions)
            )
        if group_name == "Maintainers":
            group.permissions.add(
                permission("stages", "topic", "publish", "Can publish content, and change what is published")
            )


class Migration(migrations.Migration):
    dependencies = [
        ("progress", "0005_flagged"),
        ("stages", "0006_history"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
