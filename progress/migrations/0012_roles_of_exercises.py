from django.db import migrations

GROUPS = {"Maintainers": ["view", "add", "change", "delete"], "Reviewers": ["view", "add", "change"]}


def permit(apps, schema_editor):
    """As 0006_roles does for what there was before."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="stages", model="exercise"
    )
    permissions = apps.get_model("auth", "Permission").objects
    for name, actions in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for action in actions:
            permission, _ = permissions.get_or_create(
                content_type=content_type,
                codename=f"{action}_exercise",
                defaults={"name": f"Can {action} exercise"},
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("progress", "0011_roles_of_site_settings"), ("stages", "0014_exercises")]

    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
