"""What is kept hangs on the version of the content, and every write of content makes another version."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from stages import triggers
from stages.content import SETTLED, Content, Versions, current_content, outline_of_stages
from stages.models import ContentVersion, Exercise, Revision, Stage, SyncResult, Topic, Track
from tests.content import make_exercise

NOT_CONTENT = {ContentVersion, Revision, SyncResult}


def version():
    return ContentVersion.objects.get().number


def test_every_table_of_the_content_is_watched():
    tables = set(apps.get_app_config("stages").get_models(include_auto_created=True))
    assert tables - NOT_CONTENT == set(triggers.CONTENT_MODELS)


@pytest.mark.parametrize("model", triggers.CONTENT_MODELS, ids=lambda model: model._meta.label)
def test_every_kind_of_write_makes_another_version(model, roadmap):
    """Also one that Django knows nothing of."""
    versions = [version()]
    row = model.objects.first()
    column = next(field.column for field in model._meta.concrete_fields if not field.primary_key)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = {column} WHERE 1 = 1")
        versions.append(version())
        if row:
            model.objects.filter(pk=row.pk)._raw_delete("default")
            versions.append(version())
            model.objects.bulk_create([row])
            versions.append(version())
    if row or connection.vendor == "postgresql":
        assert len(set(versions)) == len(versions)


def test_a_version_has_one_content_and_another_version_another(content):
    before = current_content()
    assert current_content() is before
    assert before.outline is outline_of_stages()
    Topic.objects.filter(slug="maps").update(title="Charts")
    assert current_content() is not before
    assert "Charts" in [topic.title for topic in outline_of_stages().topics]


def test_what_was_rolled_back_was_never_a_version(content):
    seen = set()
    for title in ("One", "Two"):
        with transaction.atomic():
            Topic.objects.filter(slug="maps").update(title=title)
            seen.add(version())
            assert title in [topic.title for topic in outline_of_stages().topics]
            transaction.set_rollback(True)
    assert len(seen) == 2
    assert "Maps" in [topic.title for topic in outline_of_stages().topics]


@pytest.mark.parametrize("model", [Stage, Topic, Exercise, Track])
def test_a_version_ends_when_a_date_of_publication_has_come(model, content):
    make_exercise(content.topics["maps"])
    model.objects.update(publish_at=timezone.now() + timedelta(minutes=1))
    before = current_content()
    assert current_content() is before
    # As time passes, nothing is written: the number stays what it was.
    number = version()
    model.objects.update(publish_at=F("publish_at") - timedelta(hours=1))
    ContentVersion.objects.update(number=number)
    assert current_content() is not before
    assert current_content() is current_content()


def test_without_a_version_nothing_is_kept(content):
    ContentVersion.objects.all().delete()
    assert current_content() is not current_content()
    call_command("migrate", verbosity=0)
    assert current_content() is current_content()


def test_what_is_kept_is_bounded(content):
    kept = Content()
    made = []
    assert kept.keep(lambda content, word: made.append(word) or len(word), "four") == 4
    assert kept._keep.cache_info().maxsize < 10_000


def test_an_old_version_goes_when_nobody_sees_it_any_more():
    versions = Versions()
    old = versions.content_of(1, 0)
    assert old.keep(lambda content: "kept") == "kept"
    new = versions.content_of(2, 0)
    assert versions.content_of(1, 0) is old
    for _ in range(SETTLED):
        assert versions.content_of(2, 0) is new
    assert len(versions) == 1
    assert old._keep.cache_info().currsize == 0
    assert versions.content_of(1, 0) is not old
    assert versions.content_of(2, 0) is new
    versions.content_of(3, 0)
    assert len(versions) == 2
