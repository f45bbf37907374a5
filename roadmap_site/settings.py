"""Settings for Waymark, read from the environment.

Without ``SECRET_KEY`` this is a laptop: debugging on, SQLite, mail printed to the console.
With it, it is production, and ``check --deploy`` has nothing to say.
Hardly anything else asks which of the two it is. The table in README.md beside this file explains every variable.
"""

from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent


def env_list(name: str) -> list[str]:
    """The comma-separated values of an environment variable; empty when it is not set."""
    return [value.strip() for value in environ.get(name, "").split(",") if value.strip()]


# --- Laptop or production -------------------------------------------------------------------------

SECRET_KEY = environ.get("SECRET_KEY", "")
LAPTOP = not SECRET_KEY
DEBUG = LAPTOP

if LAPTOP:
    SECRET_KEY = "laptop-only-" + "x" * 50
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    INTERNAL_IPS = ["127.0.0.1", "::1"]
else:
    ALLOWED_HOSTS = env_list("ALLOWED_HOSTS")
    if not ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the host names of this site, e.g. waymark.example.org")
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Before accounts, which takes their pages out of the admin.
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
    MIDDLEWARE.insert(5, "debug_toolbar.middleware.DebugToolbarMiddleware")
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
                "progress.context_processors.progress",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["waymark"]
CRISPY_TEMPLATE_PACK = "waymark"  # templates/waymark/: the CSS is ours, so the form templates are too

# --- Data -----------------------------------------------------------------------------------------

DATABASE_URL = environ.get("DATABASE_URL", "")
if not DATABASE_URL:
    if not LAPTOP:
        raise ImproperlyConfigured("DATABASE_URL must name the database, e.g. postgres://user:password@host/name")
    DATABASE_URL = f"sqlite:///{BASE_DIR / 'db.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # a new connection reads the whole schema again
    DATABASES["default"]["OPTIONS"] = {
        # Readers never wait for a writer, and a writer asks for its turn before it starts,
        # so that two of them queue instead of failing with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "timeout": 20,
    }
else:
    # A connection is tried before it is used, so that a restart of the database costs nobody a page; and while it is
    # away, that is said within two seconds.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "connect_timeout": 2,
        "pool": {"min_size": 1, "max_size": 4, "timeout": 2},
    }

# Rate limits must count for all workers together, so production keeps them in the database.
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if LAPTOP
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}
# Beyond so many a cache throws a third away, limits as well. The usual 300 are the slots of a handful of people.
CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 50_000}
FIXTURES = BASE_DIR / (environ.get("FIXTURES_DIR", "") or "fixtures")
# check_links asks only the public internet, and these networks: "10.0.0.0/8".
LINK_NETWORKS = env_list("LINK_NETWORKS")

# --- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.GuessablePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90  # a visitor's ticks live in the session: keep them for a season

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
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
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Waymark: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if LAPTOP else "https"
MFA_TOTP_ISSUER = "Waymark"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LAPTOP
MFA_FORMS = {"add_webauthn": "accounts.passkeys.PasskeyForm", "login_webauthn": "accounts.passkeys.PasskeyLoginForm"}
# Signing in with an account elsewhere. An account here is joined to it where both have the same, verified, address.
OIDC_SERVER = environ.get("OIDC_SERVER", "").rstrip("/")
SOCIALACCOUNT_ADAPTER = "accounts.oidc.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {"openid_connect": {"APPS": [], "OAUTH_PKCE_ENABLED": True}}
if OIDC_SERVER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": environ.get("OIDC_NAME", "OpenID Connect"),
            "client_id": environ.get("OIDC_CLIENT_ID", ""),
            "secret": environ.get("OIDC_CLIENT_SECRET", ""),
            "settings": {"server_url": OIDC_SERVER},
        }
    ]
# Who can change what everyone reads needs more than a password. A laptop may try it.
STAFF_NEEDS_SECOND_FACTOR = not LAPTOP or environ.get("STAFF_SECOND_FACTOR", "0") == "1"
# Cohorts are made by the group "Instructors", or by everyone whose address is verified.
ANYONE_MAY_TEACH = environ.get("ANYONE_MAY_TEACH", "0") == "1"

# --- Mail -----------------------------------------------------------------------------------------

if LAPTOP:
    MAILERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
else:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": environ.get("MAIL_HOST", "localhost"),
                "port": int(environ.get("MAIL_PORT", "587")),
                "username": environ.get("MAIL_USER", ""),
                "password": environ.get("MAIL_PASSWORD", ""),
                "use_tls": environ.get("MAIL_TLS", "1") == "1",
                "timeout": 10,
            },
        }
    }
# Mail is also sent by commands, which have no request to ask for the address of the site.
SITE_URL = environ.get("SITE_URL", "").rstrip("/") or (
    "http://127.0.0.1:8000" if LAPTOP else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
)
DEFAULT_FROM_EMAIL = environ.get("MAIL_FROM", "Waymark <waymark@localhost>")

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "roadmap_site.inlined_imports.InliningFinder",  # in the place of Django's FileSystemFinder
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STATIC_ROOT = BASE_DIR / "staticfiles"
if not LAPTOP:
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
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # A browser takes such names from this very host alone, and over TLS: no other host of its domain can set them.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"
    if environ.get("BEHIND_PROXY", "0") == "1":
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        ALLAUTH_TRUSTED_PROXY_COUNT = 1  # rate limits count the client's address, not the proxy's

# --- Logging --------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environ.get("LOG_LEVEL", "WARNING")},
    # What staff does, and what happens to accounts, is always in the log.
    "loggers": {"waymark.staff": {"level": "INFO"}, "waymark.accounts": {"level": "INFO"}},
}
