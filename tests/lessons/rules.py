"""What one lesson teaches and no other may contradict, as far as a machine can see it in code."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stages.markdown.code_blocks import Block
from stages.markdown.lesson_project import SETTINGS, tree_of

LISTS = {"INSTALLED_APPS", "MIDDLEWARE", "TEMPLATES", "AUTHENTICATION_BACKENDS"}
PROBES = {"health", "healthz", "live", "ready", "ping"}
SENDING = {"send_mail", "mail_admins", "mail_managers", "send_mass_mail"}


class Rule(NamedTuple):
    says: str
    stated_by: str  # the slug of the lesson that says so
    breaks: Callable[[Block], bool]
    broken: str  # a lesson that breaks it


def nodes(block: Block) -> Iterator[ast.AST]:
    return ast.walk(tree_of(block.text)) if block.language == "python" else iter(())


def matches(pattern: str) -> Callable[[Block], bool]:
    return lambda block: bool(re.search(pattern, block.text))


def name_of(node: ast.AST) -> str:
    """The last name of ``a``, ``b.a`` or ``b.a(…)``."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def imports_name(module: str, name: str) -> Callable[[Block], bool]:
    return lambda block: any(
        isinstance(node, ast.ImportFrom) and node.module == module and name in [alias.name for alias in node.names]
        for node in nodes(block)
    )


def asks_for_a_group(block: Block) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and name_of(node.func) in ("filter", "get")
        and name_of(node.func.value) == "groups"
        for node in nodes(block)
    )


def mails_in_a_transaction(block: Block) -> bool:
    return any(
        name_of(inner) in SENDING
        for node in nodes(block)
        if is_transaction(node)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call)
    )


def is_transaction(node: ast.AST) -> bool:
    if isinstance(node, ast.With):
        return any(name_of(item.context_expr) == "atomic" for item in node.items)
    return isinstance(node, ast.FunctionDef) and any(name_of(found) == "atomic" for found in node.decorator_list)


def changes_a_list_of_settings(block: Block) -> bool:
    if block.title != SETTINGS:
        return False
    for node in nodes(block):
        if isinstance(node, ast.AugAssign) and name_of(node.target) in LISTS:
            return True
        if isinstance(node, ast.Subscript) and name_of(node.value) in LISTS:
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and name_of(node.func.value) in LISTS:
            return True
    return False


def locks_out_passwords(block: Block) -> bool:
    backends = re.search(r"AUTHENTICATION_BACKENDS = \[(.*?)\]", block.text, re.DOTALL)
    return bool(backends and "allauth" in backends[1] and "ModelBackend" not in backends[1])


def probes_the_database(block: Block) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name in PROBES
        and any(name_of(inner) in ("objects", "cursor") for inner in ast.walk(node))
        for node in nodes(block)
    )


def searches_without_a_language(block: Block) -> bool:
    return any(
        isinstance(node, ast.Call)
        and name_of(node) in ("SearchQuery", "SearchVector")
        and "config" not in [keyword.arg for keyword in node.keywords]
        for node in nodes(block)
    )


def serializes_in_views(block: Block) -> bool:
    return block.title.endswith("views.py") and any(
        isinstance(node, ast.ClassDef) and any("Serializer" in name_of(base) for base in node.bases)
        for node in nodes(block)
    )


def hides_the_host(block: Block) -> bool:
    passed = len(re.findall(r"\bproxy_pass\b", block.text))
    return block.language == "nginx" and passed > len(re.findall(r"\bproxy_set_header Host\b", block.text))


RULES = [
    Rule(
        "The environment has SECRET_KEY, DEBUG and ALLOWED_HOSTS, under no other names.",
        "django-settings",
        matches(r"\b[A-Z]+_(SECRET_KEY|ALLOWED_HOSTS)\b(?!_)|\bDJANGO_DEBUG\b"),
        "```dotenv\nDJANGO_SECRET_KEY=a\n```",
    ),
    Rule(
        "There is one settings module, config.settings.",
        "django-settings",
        matches(r"""DJANGO_SETTINGS_MODULE["']?[=:,\s]+["']?(?!config\.settings\b)\w"""),
        "```console\n$ DJANGO_SETTINGS_MODULE=config.production python manage.py check\n```",
    ),
    Rule(
        "Lists of settings are shown as they then stand, and not changed by code.",
        "django-apps",
        changes_a_list_of_settings,
        '```python title="config/settings.py"\nINSTALLED_APPS += ["shop"]\n```',
    ),
    Rule(
        "The user model is asked for and not imported from Django.",
        "choose-the-user-model",
        imports_name("django.contrib.auth.models", "User"),
        "```python\nfrom django.contrib.auth.models import Group, User\n```",
    ),
    Rule(
        "A manager of users keeps what Django's has.",
        "custom-user-model",
        imports_name("django.contrib.auth.models", "BaseUserManager"),
        "```python\nfrom django.contrib.auth.models import BaseUserManager\n```",
    ),
    Rule(
        "Access is a matter of permissions and not of the names of groups.",
        "permissions-and-groups",
        asks_for_a_group,
        '```python\nuser.groups.filter(name="Librarians").exists()\n```',
    ),
    Rule(
        "Mail is sent after the transaction.",
        "sending-email",
        mails_in_a_transaction,
        "```python\nwith transaction.atomic():\n    send_mail(a, b, c, d)\n```",
    ),
    Rule(
        "Beside allauth's backend stands Django's, or the admin lets nobody in.",
        "django-allauth",
        locks_out_passwords,
        '```python\nAUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]\n```',
    ),
    Rule(
        "A probe asks whether the process answers, and leaves the database alone.",
        "load-balancing",
        probes_the_database,
        "```python\ndef health(request):\n    return Book.objects.count()\n```",
    ),
    Rule(
        "A location that passes requests on sets the headers itself.",
        "websockets",
        hides_the_host,
        "```nginx\nlocation /ws/ { proxy_pass http://a; }\n```",
    ),
    Rule(
        "makemigrations --check writes nothing by itself.",
        "first-ci-workflow",
        matches(r"makemigrations.* --dry-run.* --check|makemigrations.* --check.* --dry-run"),
        "```console\n$ python manage.py makemigrations --check --dry-run\n```",
    ),
    Rule(
        "Full-text search names its language.",
        "postgresql",
        searches_without_a_language,
        '```python\nSearchQuery("whales")\n```',
    ),
    Rule(
        "Serializers stand in serializers.py.",
        "django-rest-framework",
        serializes_in_views,
        '```python title="shop/views.py"\nclass A(serializers.ModelSerializer):\n    pass\n```',
    ),
    Rule(
        "An answer without a scheme to log in by is 403.",
        "vanilla-django-apis",
        lambda block: bool(re.search(r"status=401\b", block.text)) and "WWW-Authenticate" not in block.text,
        "```python\nJsonResponse({}, status=401)\n```",
    ),
    Rule(
        "What Sentry may collect is said by data_collection.",
        "sentry",
        matches(r"\bsend_default_pii\b"),
        "```python\nsentry_sdk.init(send_default_pii=False)\n```",
    ),
]
