"""An entry led to one stage, and leads to any number: in the rows, in what was last loaded and in the history.

On the way back, an entry keeps the first of its stages, and one without a label is called by its paraphrase. What has
no column any more was never loaded either, so that the files bring it again on the way forth.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ENTRY = "stages.entry"
NEW = ["heading", "sign", "paraphrase", "printed_url", "cites"]
type Fields = dict[str, Any]


def to_many(fields: Fields) -> Fields:
    if "stage" in fields:
        stage = fields.pop("stage")
        fields["stages"] = [stage] if stage else []
    return fields


def to_one(fields: Fields) -> Fields:
    if "stages" in fields:
        stages = fields.pop("stages")
        fields["stage"] = stages[0] if stages else None
    if not fields.get("label") and "paraphrase" in fields:
        fields["label"] = fields["paraphrase"][:120]
    return {name: value for name, value in fields.items() if name not in NEW}


def rewrite(apps: Apps, change: Callable[[Fields], Fields]) -> None:
    """Change the fields of entries wherever they are kept as the files have them."""
    for kept, names in (("LoadedEntry", ["fields"]), ("Revision", ["before", "after"])):
        model = apps.get_model("stages", kept)
        rows = list(model.objects.filter(model=ENTRY))
        for row in rows:
            for name in names:
                if value := getattr(row, name):
                    setattr(row, name, change(value))
        model.objects.bulk_update(rows, names, batch_size=100)


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Entry = apps.get_model("stages", "Entry")
    links = Entry.stages.through
    links.objects.bulk_create(
        links(entry_id=entry, stage_id=stage)
        for entry, stage in Entry.objects.exclude(stage=None).order_by("pk").values_list("pk", "stage_id")
    )
    rewrite(apps, to_many)


def first_stages(Entry: Any) -> Iterator[tuple[int, int]]:
    links = Entry.stages.through.objects.order_by("-stage__slug")
    yield from dict(links.values_list("entry_id", "stage_id")).items()


def backwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Entry = apps.get_model("stages", "Entry")
    for entry, stage in first_stages(Entry):
        Entry.objects.filter(pk=entry).update(stage_id=stage)
    Entry.stages.through.objects.all().delete()
    for entry in Entry.objects.filter(label=""):
        Entry.objects.filter(pk=entry.pk).update(label=entry.paraphrase[:120])
    rewrite(apps, to_one)
    LoadedEntry = apps.get_model("stages", "LoadedEntry")
    for source in LoadedEntry.objects.filter(model="stages.source"):
        source.fields.pop("drawing", None)
        source.save()


class Migration(migrations.Migration):
    dependencies = [("stages", "0011_document_sentences")]

    operations = [migrations.RunPython(forwards, backwards)]
