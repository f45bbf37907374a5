"""Settings for Waymark, read from the environment.

On a laptop debugging is on, the database SQLite, and mail is printed to the console.
In production, which is said by ``SECRET_KEY``, ``check --deploy`` has nothing to say.
Hardly anything else asks which of the two it is. Every variable is declared in environment/variables.py, and explained
in the table of README.md beside this file.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP

from roadmap_site import environment
from roadmap_site.environment.parsers import database

BASE_DIR = Path(__file__).resolve().parent.parent
env = environment.read(os.environ)

# --- Laptop or production -------------------------------------------------------------------------

LAPTOP = env["WAYMARK_ENV"] == environment.LAPTOP
DEBUG = LAPTOP

if LAPTOP:
    SECRET_KEY = "laptop-only-" + "x" * 50
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    INTERNAL_IPS = ["127.0.0.1", "::1"]
else:
    SECRET_KEY = env["SECRET_KEY"]
    ALLOWED_HOSTS = env["ALLOWED_HOSTS"]
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]
SECRET_KEY_FALLBACKS = env["SECRET_KEY_FALLBACKS"]

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Before our own, which take their pages out of the admin.
    "django_tasks_db",
    "allauth.usersessions",
    "allauth.socialaccount",
    "accounts",
    "stages",
    "progress",
    "progress.cohorts",
    "roadmap_site",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "django_htmx",
    "roadmap_site.admin.apps.WaymarkAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "roadmap_site.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "roadmap_site.middleware.BrotliMiddleware",
    "roadmap_site.middleware.DictionaryMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "roadmap_site.speculation.SpeculationMiddleware",
    "roadmap_site.middleware.PrivateByDefaultMiddleware",
    "roadmap_site.input_limits.InputLimitsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.RenamedCookieMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.middleware.VisitorFormsMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.LastSeenMiddleware",
    "accounts.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if LAPTOP:
    INSTALLED_APPS += ["debug_toolbar"]
    # Behind the three that compress, so that it sees a page it can read.
    MIDDLEWARE.insert(6, "debug_toolbar.middleware.DebugToolbarMiddleware")
    # The tests run with DEBUG off and so without the toolbar; it need not warn about that.
    DEBUG_TOOLBAR_CONFIG = {"IS_RUNNING_TESTS": False, "SHOW_COLLAPSED": True}

ROOT_URLCONF = "roadmap_site.urls"
WSGI_APPLICATION = "roadmap_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stages.context_processors.display",
                "stages.context_processors.site_settings",
                "progress.context_processors.progress",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["waymark"]
CRISPY_TEMPLATE_PACK = "waymark"  # templates/waymark/: the CSS is ours, so the form templates are too

# --- Data -----------------------------------------------------------------------------------------

DATABASES = {"default": env["DATABASE_URL"] or database(f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # a new connection reads the whole schema again
    DATABASES["default"]["OPTIONS"] = {
        # Readers never wait for a writer, and a writer asks for its turn before it starts,
        # so that two of them queue instead of failing with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "timeout": 20,
    }
if env["REPLICA_URL"]:
    DATABASES["replica"] = env["REPLICA_URL"]
    DATABASE_ROUTERS = ["roadmap_site.replica.ReplicaRouter"]
    MIDDLEWARE.insert(1, "roadmap_site.replica.ReplicaMiddleware")
for server in DATABASES.values():
    if server["ENGINE"].endswith("postgresql"):
        # A connection is tried before it is used, so that a restart of the database costs nobody a page; and while it
        # is away, that is said within two seconds.
        server["CONN_HEALTH_CHECKS"] = True
        server["OPTIONS"] = {
            **server.get("OPTIONS", {}),
            "connect_timeout": 2,
            "pool": {"min_size": 1, "max_size": 4, "timeout": 2},
        }
        # They would outlive a transaction, and with it the connection that a pooler lends.
        server["DISABLE_SERVER_SIDE_CURSORS"] = env["BEHIND_POOLER"]

METRICS_TOKEN = env["METRICS_TOKEN"]
if METRICS_TOKEN:
    MIDDLEWARE.insert(0, "roadmap_site.metrics.MetricsMiddleware")

# Rate limits must count for all workers together, so production keeps them in the database, or in a server for it.
CACHE_URL = env["CACHE_URL"]
CACHES: dict[str, dict[str, Any]]
if CACHE_URL:
    wait = {"socket_connect_timeout": 2, "socket_timeout": 2}
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL, "OPTIONS": wait}
    }
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        if LAPTOP
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    }
    # Beyond so many a cache throws a third away, limits as well. The usual 300 are the slots of a handful of people.
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 50_000}
FIXTURES = BASE_DIR / env["FIXTURES_DIR"]
BACKUP_DIR = BASE_DIR / env["BACKUP_DIR"] if env["BACKUP_DIR"] else None
# check_links asks only the public internet, and these networks: "10.0.0.0/8".
LINK_NETWORKS = env["LINK_NETWORKS"]

# --- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "roadmap_site.passwords.GuessablePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90  # a visitor's ticks live in the session: keep them for a season

ACCOUNT_ADAPTER = "roadmap_site.adapters.AccountAdapter"
MFA_ADAPTER = "roadmap_site.adapters.MFAAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupFields"
ACCOUNT_FORMS = {"signup": "accounts.signup.SignupForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# A code typed into the page that asked for it keeps the visitor, and the visitor's ticks, in one browser.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # the device is then known; see accounts/login_attempts.py
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if LAPTOP else "https"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LAPTOP
MFA_FORMS = {"add_webauthn": "accounts.passkeys.PasskeyForm", "login_webauthn": "accounts.passkeys.PasskeyLoginForm"}
# Signing in with an account elsewhere. An account here is joined to it where both have the same, verified, address.
OIDC_SERVER = env["OIDC_SERVER"]
SOCIALACCOUNT_ADAPTER = "accounts.oidc.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {"openid_connect": {"APPS": [], "OAUTH_PKCE_ENABLED": True}}
if OIDC_SERVER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": env["OIDC_NAME"],
            "client_id": env["OIDC_CLIENT_ID"],
            "secret": env["OIDC_CLIENT_SECRET"],
            "settings": {"server_url": OIDC_SERVER},
        }
    ]
# Who can change what everyone reads needs more than a password. A laptop may try it.
STAFF_NEEDS_SECOND_FACTOR = not LAPTOP or env["STAFF_SECOND_FACTOR"]
# Cohorts are made by the group "Instructors", or by everyone whose address is verified.
ANYONE_MAY_TEACH = env["ANYONE_MAY_TEACH"]

# --- Mail -----------------------------------------------------------------------------------------

if LAPTOP:
    MAILERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
else:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": env["MAIL_HOST"],
                "port": env["MAIL_PORT"],
                "username": env["MAIL_USER"],
                "password": env["MAIL_PASSWORD"],
                "use_tls": env["MAIL_TLS"],
                "timeout": 10,
            },
        }
    }
# Mail is also sent by commands, which have no request to ask for the address of the site.
SITE_URL = env["SITE_URL"] or ("http://127.0.0.1:8000" if LAPTOP else f"https://{ALLOWED_HOSTS[0].lstrip('.')}")
DEFAULT_FROM_EMAIL = env["MAIL_FROM"]

# --- Tasks -----------------------------------------------------------------------------------------

# Without a worker a task runs where it is asked for, and no longer than one waits for a page.
QUEUE_WORKER = env["QUEUE_WORKER"]
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if QUEUE_WORKER
        else "django.tasks.backends.immediate.ImmediateBackend"
    }
}

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "roadmap_site.inlined_imports.InliningFinder",  # in the place of Django's FileSystemFinder
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STATIC_ROOT = BASE_DIR / "staticfiles"
# Those of earlier releases, served beside this one's; archive_static puts them there.
STATIC_ARCHIVE = env["STATIC_ARCHIVE"]
if STATIC_ARCHIVE:
    WHITENOISE_ROOT = STATIC_ARCHIVE
# What build_practice makes. In production it lies where static files are served from: its names must stay, and it is
# compressed when it is built, so collectstatic has nothing to do with it.
PRACTICE_BUNDLE = BASE_DIR / ".practice" if LAPTOP else STATIC_ROOT / "practice"
WHITENOISE_IMMUTABLE_FILE_TEST = r"/practice/[0-9a-f]{12}/|\.[0-9a-f]{12}\.[^/]+$"
if LAPTOP:
    STATICFILES_DIRS = [*STATICFILES_DIRS, ("practice", PRACTICE_BUNDLE)]
    SILENCED_SYSTEM_CHECKS = ["staticfiles.W004"]  # the folder is not there before it is built
else:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# --- Security -------------------------------------------------------------------------------------

OIDC_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(OIDC_SERVER))] if OIDC_SERVER else []
SECURE_CSP = {
    "default-src": [CSP.SELF],
    # The nonce is for the debug toolbar on a laptop; it is in the header only where a page used it.
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],  # allauth draws the code for authenticator apps as a data: picture
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    # To another account, too: Chromium holds the address that a form is sent on to against this as well.
    "form-action": [CSP.SELF, *OIDC_ORIGINS],
    "frame-ancestors": [CSP.NONE],
}
DEVICE_COOKIE_NAME = "device"  # says to which accounts a browser is known; see accounts/devices.py
X_FRAME_OPTIONS = "DENY"
# input_limits.py says how much each page takes. What it lets pass fits into memory, so no file is on a disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 6_000_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a form of the admin may have some hundred rows
SECURE_REFERRER_POLICY = "same-origin"
if not LAPTOP:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|healthz)$"]  # the container asks itself, without TLS
    SECURE_HSTS_SECONDS = env["HSTS_SECONDS"]
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env["HSTS_SUBDOMAINS"]
    SECURE_HSTS_PRELOAD = env["HSTS_PRELOAD"]
    hsts_checks = {"HSTS_SECONDS": "W004", "HSTS_SUBDOMAINS": "W005", "HSTS_PRELOAD": "W021"}
    # Whoever turns them off means it.
    SILENCED_SYSTEM_CHECKS = [f"security.{check}" for name, check in hsts_checks.items() if not env[name]]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # A browser takes such names from this very host alone, and over TLS: no other host of its domain can set them.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"
    ALLAUTH_TRUSTED_PROXY_COUNT = env["BEHIND_PROXY"]  # rate limits count the client's address, not the proxy's
    if env["BEHIND_PROXY"]:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logging --------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "roadmap_site.request_log.RequestIDFilter"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} [{request_id}]: {message}", "style": "{"},
        "json": {"()": "roadmap_site.request_log.JSONFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": env["LOG_FORMAT"], "filters": ["request_id"]}
    },
    "root": {"handlers": ["console"], "level": env["LOG_LEVEL"]},
    # What staff does, and what happens to accounts, is always in the log.
    "loggers": {
        "waymark.staff": {"level": "INFO"},
        "waymark.accounts": {"level": "INFO"},
        "waymark.requests": {"level": "WARNING" if LAPTOP else "INFO"},  # runserver has a line of its own
    },
}
if env["SENTRY_DSN"]:
    from roadmap_site import error_reports

    error_reports.start(env["SENTRY_DSN"])
