"""Django's settings. Everything that differs between machines comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path

from trunkline.config.database import connection_settings, home, message_keys, secret_key, var

PACKAGE = Path(__file__).resolve().parent.parent

#: Every context, lowest floor first. A context without tables is a plain package and does not stand here.
CONTEXTS = [
    "security",
    "messaging",
    "party",
    "catalog",
    "numbering",
    "subscriptions",
    "agreements",
    "ledger",
    "rating",
    "billing",
    "ordering",
    "care",
    "installations",
    "runs",
]

SECRET_KEY = secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("TRUNKLINE_HOSTS", "127.0.0.1,localhost").split(",")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "axes",
    "procrastinate.contrib.django",
    *(f"trunkline.{context}" for context in CONTEXTS),
    "trunkline.interfaces.jobs",
    "trunkline.interfaces.web.apps.WebConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "trunkline.interfaces.web.headers.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "trunkline.interfaces.web.headers.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "trunkline.config.urls"
WSGI_APPLICATION = "trunkline.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted((PACKAGE / "interfaces" / "web").glob("*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

_serving, _owner = connection_settings()
DATABASES = {"default": _serving | {"CONN_HEALTH_CHECKS": True}, "owner": _owner}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "security.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("TRUNKLINE_HTTPS", "") == "1"

#: The name of the field on the form, which is also the credential's: the staff model calls it `login`.
AXES_USERNAME_FORM_FIELD = "username"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_TEMPLATE = "staff/locked.html"
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = home() / "build" / "collected"
STATICFILES_DIRS = [path for path in [home() / "build" / "static"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

#: Where accepted usage, rated records and stored documents live.
TRUNKLINE_VAR = var()

#: What secret messages are enciphered with until they are sent; the first is the newest.
TRUNKLINE_MESSAGE_KEYS = message_keys()
#: The gateways that messages leave by; without one they wait (docs/formats/messages.md).
TRUNKLINE_SMPP_URL = os.environ.get("TRUNKLINE_SMPP_URL", "")
TRUNKLINE_SMTP_URL = os.environ.get("TRUNKLINE_SMTP_URL", "")
TRUNKLINE_VOICE_FOLDER = os.environ.get("TRUNKLINE_VOICE_FOLDER", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("TRUNKLINE_LOG", "WARNING")},
    # At DEBUG it writes whole packets: the bind's password and the words of messages.
    "loggers": {"smpplib": {"level": "ERROR"}},
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
