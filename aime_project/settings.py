"""All settings, in sections. Every variable comes through a typed reader of `env.py`.

Defaults are safe for production; development opts out (`make run` sets `AIME_HTTPS=0` for plain HTTP on loopback).
`docs/configuration.md` describes each variable. Nothing but `aime_project` and `manage.py` imports this module.
"""

import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from django.utils.translation import to_locale

from aime_project import data_dir, databases
from aime_project.env import (
    env_bool,
    env_choice,
    env_int,
    env_list,
    env_match,
    env_path,
    env_prices,
    env_secret,
    env_str,
    env_url,
)

django_stubs_ext.monkeypatch()  # lets `admin.ModelAdmin[Space]` be written; Django's own classes take no parameters

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Places ---------------------------------------------------------------------------------------------------------
AIME_DATA_DIR: Path = env_path("AIME_DATA_DIR", BASE_DIR / ".aime")
NODE_MODULES: Path = BASE_DIR / "node_modules"

# --- Who may connect ------------------------------------------------------------------------------------------------
DEBUG = env_bool("AIME_DEBUG", False)
SECRET_KEY = env_secret("AIME_SECRET_KEY") or data_dir.secret_key(AIME_DATA_DIR)
HOST = env_str("HOST", "127.0.0.1")
PORT = env_int("PORT", 8000, minimum=1, maximum=65535)
_LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
ALLOWED_HOSTS = env_list("AIME_ALLOWED_HOSTS", _LOOPBACK_HOSTS)
CSRF_TRUSTED_ORIGINS = env_list("AIME_TRUSTED_ORIGINS")

# --- HTTPS: on unless switched off; a proxy in front ends TLS -------------------------------------------------------
AIME_HTTPS = env_bool("AIME_HTTPS", True)
SECURE_SSL_REDIRECT = AIME_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health(/ready)?$"]  # probes speak plain HTTP to the process itself
SECURE_HSTS_SECONDS = env_int("AIME_HSTS_S", 30 * 86400) if AIME_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("AIME_PROXY_HEADERS", False) else None
USE_X_FORWARDED_HOST = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = AIME_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if AIME_HTTPS else None  # browsers ignore it on plain HTTP and warn
X_FRAME_OPTIONS = "DENY"
# Both ask to force HTTPS on every other host of the operator's domain, which is not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

# --- Applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [  # not daphne: only runserver needs it there, and it costs every process 18 MiB
    "aime_project.apps.AimeConfig",
    "spaces",
    "workflows",
    "runs",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_q",
    "lucide",
    "template_partials",
]
MIDDLEWARE = [
    "aime_project.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "aime_project.middleware.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "aime_project.middleware.SecurityHeadersMiddleware",
]
ROOT_URLCONF = "aime_project.urls"
CSRF_FAILURE_VIEW = "spaces.views.errors.csrf_failure"
ASGI_APPLICATION = "aime_project.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "aime_project.context_processors.shell",
            ],
        },
    }
]
# The data path has no channel layer (ADR 0011): the live hub listens to PostgreSQL itself.
CHANNEL_LAYERS: dict[str, Any] = {}

# --- Database: DATABASE_URL, else the embedded PostgreSQL of the data directory -------------------------------------
DATABASE_URL = env_secret("DATABASE_URL")
DATABASES = {"default": databases.configuration(DATABASE_URL, AIME_DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ---------------------------------------------------------------------------------------------------------
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- Language and time ----------------------------------------------------------------------------------------------
USE_I18N = USE_TZ = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
# A language is offered when its catalogue is there: before, Django's own words of it would stand among English ones.
_KNOWN = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LANGUAGES = [pair for pair in _KNOWN if pair[0] == "en" or (LOCALE_PATHS[0] / to_locale(pair[0])).is_dir()]
TIME_ZONE = "UTC"

# --- Static files: hashed names, third-party ones straight from node_modules ----------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
NODE_PACKAGES = {  # prefix below /static/ → folder in node_modules, and which of its files pages use
    "vendor/htmx": ("htmx.org/dist", ("htmx.esm.js", "htmx.esm.min.js", "htmx.esm.min.js.map")),
    "vendor/dagre": ("@dagrejs/dagre/dist", ("dagre.esm.js", "dagre.esm.js.map")),
    "vendor/xyflow": ("@xyflow/system/dist/umd", ("index.js",)),
    "vendor/inter": ("@fontsource-variable/inter", ("files/inter-latin*-wght-normal.woff2",)),
}
STATICFILES_FINDERS = [
    "aime_project.static_finder.ChosenFilesFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STATICFILES_DIRS: list[Any] = [path for path in [BASE_DIR / "static"] if path.is_dir()] + [
    # A missing package is system check aime.E001, which names the command; it must not be a crash here.
    (prefix, str(NODE_MODULES / folder))
    for prefix, (folder, _files) in NODE_PACKAGES.items()
    if (NODE_MODULES / folder).is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # files live in the database (Blob)
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "aime_project.static_storage.HashedStaticFilesStorage"
    },
}

# --- Queue: at-most-once wake-ups; rows are the truth, retries are attempts (ADR 0002, 0003) ------------------------
AIME_HOSTS = env_int("AIME_HOSTS", 2, minimum=1, maximum=64)
AIME_HOST_SLOTS = env_int("AIME_HOST_SLOTS", 100, minimum=1, maximum=1000)
AIME_HOST_LIFE_S = env_int("AIME_HOST_LIFE_S", 1200, minimum=10)
AIME_LEASE_S = 6
AIME_TICK_S = 0.05
AIME_NOTICE_DAYS = env_int("AIME_NOTICE_DAYS", 180, minimum=1)
AIME_EXTRA_EXECUTORS: list[str] = []  # dotted paths of lists of their executors
AIME_EXTRA_NODE_TYPES: list[str] = []  # dotted paths; only the settings of the benchmark and the tests add some
Q_CLUSTER = {
    "name": "aime",
    "broker_class": "aime_project.processes.queue_broker.QueueBroker",  # the ORM broker, outliving database restarts
    "orm": "default",
    "workers": AIME_HOSTS + 2,  # each host occupies one worker for its whole life
    "timeout": None,  # a host lives for many minutes; leases find the dead
    "retry": 60,
    "queue_limit": 1,
    "poll": 0.5,
    "bulk": 1,
    "save_limit": -1,
    "max_attempts": 0,
    "ack_failures": True,  # a message that ended in an error is not delivered again; recovery wakes what is queued
    "catch_up": False,
    "guard_cycle": 0.5,  # a binary fraction: the guard compares floats for equality
    "recycle": 500,
}
# django-q2 warns in every process that a task without time limit may be delivered again. Here that is by design: a
# message is only a wake-up, claims are compare-and-set on rows.
warnings.filterwarnings("ignore", message="Retry and timeout are misconfigured", category=UserWarning)

# --- Model: a configured endpoint, else the embedded one ------------------------------------------------------------
OPENAI_BASE_URL = env_url("OPENAI_BASE_URL")
OPENAI_API_KEY = env_secret("OPENAI_API_KEY")
AIME_EMBEDDED_MODEL = env_choice("AIME_EMBEDDED_MODEL", "1.5b", ("1.5b", "0.5b", "none"))
AIME_MODEL_SOURCES = env_list("AIME_MODEL_SOURCES")  # tried before the built-in sources, in this order
AIME_MODEL_PATH = env_path("AIME_MODEL_PATH", None)  # a GGUF file to serve instead of the built-in ones
AIME_EMBEDDED_URL = env_url("AIME_EMBEDDED_URL")  # both set by the supervisor for the processes it starts
AIME_EMBEDDED_KEY = env_secret("AIME_EMBEDDED_KEY")
_MODEL_EMBEDDED = not OPENAI_BASE_URL and not OPENAI_API_KEY and AIME_EMBEDDED_MODEL != "none"
_EMBEDDED_SLOTS = 2 if AIME_EMBEDDED_MODEL == "0.5b" else 1  # model/weights.py gives the server as many
AIME_MODEL: dict[str, Any] = {
    "base_url": AIME_EMBEDDED_URL
    if _MODEL_EMBEDDED
    else OPENAI_BASE_URL or ("https://api.openai.com/v1" if OPENAI_API_KEY else ""),
    "api_key": AIME_EMBEDDED_KEY if _MODEL_EMBEDDED else OPENAI_API_KEY,
    "name": env_str("AIME_MODEL", f"qwen2.5-coder-{AIME_EMBEDDED_MODEL}" if _MODEL_EMBEDDED else ""),
    "max_parallel": env_int("AIME_MODEL_PARALLEL", _EMBEDDED_SLOTS if _MODEL_EMBEDDED else 0),  # 0 = no limit
    "context_tokens": env_int("AIME_MODEL_CONTEXT", 8192 if _MODEL_EMBEDDED else 32768, minimum=1024),
    "embedded": _MODEL_EMBEDDED,
}
AIME_MODEL_IMAGES = frozenset(env_list("AIME_MODEL_IMAGES"))  # models that see images; * is every model
AIME_MODEL_IMAGES_MAX = env_int("AIME_MODEL_IMAGES_MAX", 8, minimum=1, maximum=100)
AIME_MODEL_IMAGE_MIB = env_int("AIME_MODEL_IMAGE_MIB", 5, minimum=1, maximum=20)
AIME_MODEL_PRICES = env_prices("AIME_MODEL_PRICES")  # model → price of a million tokens: input, output, cached input
AIME_CURRENCY = env_match("AIME_CURRENCY", "USD", "[A-Z]{3}", "a currency's code of three capital letters, such as USD")

# --- Logs -----------------------------------------------------------------------------------------------------------
AIME_LOG_LEVEL = env_choice("AIME_LOG_LEVEL", "info", ("debug", "info", "warning", "error"))
LOGGING_CONFIG = "aime_project.logging.configure"
LOGGING = {"level": AIME_LOG_LEVEL.upper()}

# --- Uploads --------------------------------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024  # a blob of 20 MiB and the form around it
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
AIME_UPLOAD: dict[str, Any] = {  # files given at the start, with a message or at the gate
    "max_files": env_int("AIME_UPLOAD_MAX_FILES", 10, minimum=1, maximum=100),
    "max_bytes": env_int("AIME_UPLOAD_MAX_MIB", 20, minimum=1, maximum=20) * 1024 * 1024,  # a blob's own limit
    "refused": frozenset(
        suffix.lower() if suffix.startswith(".") else f".{suffix.lower()}"
        for suffix in env_list(
            "AIME_UPLOAD_REFUSED", ("exe", "dll", "msi", "com", "scr", "app", "dmg", "iso", "apk", "lnk")
        )
    ),
}

# --- Exports: where agents may put files outside of Aime; without it the tool set is not there -----------------------
AIME_EXPORT_DIR = env_path("AIME_EXPORT_DIR", None)

# --- Development ----------------------------------------------------------------------------------------------------
if DEBUG and HOST not in _LOOPBACK_HOSTS:
    warnings.warn("AIME_DEBUG is on while HOST is not loopback: everybody can read settings and code.", stacklevel=1)
if HOST not in ("0.0.0.0", "::") and HOST not in ALLOWED_HOSTS:  # noqa: S104  (compared, not bound)
    ALLOWED_HOSTS.append(urlsplit(f"//[{HOST}]").netloc if ":" in HOST else HOST)
