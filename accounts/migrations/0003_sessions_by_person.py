from itertools import batched

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations
from django.utils import timezone

NO_ADDRESS = "::"  # accounts.sessions shows it as unknown


def list_sessions(apps, schema_editor):
    """Give every session in which somebody is signed in its row by person. Each is decoded, for the last time."""
    Session, UserSession = apps.get_model("sessions", "Session"), apps.get_model("usersessions", "UserSession")
    people = set(apps.get_model("accounts", "User").objects.values_list("pk", flat=True))
    store = SessionStore()
    sessions = Session.objects.filter(expire_date__gt=timezone.now()).values_list("session_key", "session_data")
    for batch in batched(sessions.iterator(), 1000):
        owners = [(key, str(store.decode(data).get(SESSION_KEY, ""))) for key, data in batch]
        rows = [
            UserSession(user_id=int(owner), session_key=key, ip=NO_ADDRESS, user_agent="")
            for key, owner in owners
            if owner.isdecimal() and int(owner) in people
        ]
        UserSession.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_learner"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(list_sessions, migrations.RunPython.noop, elidable=True)]
