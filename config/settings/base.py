"""What is true everywhere: on a laptop, in the tests and in production."""

from pathlib import Path
from typing import Any

import environ
from kombu import Queue

from config.logging import logging_config

env = environ.Env()

ROOT = Path(__file__).resolve().parent.parent.parent
# Everything that the product writes on disk: database, media, sockets, secrets of `make run`.
VAR = Path(env("VAR_DIR", default=str(ROOT / "var")))

DEBUG = False

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "lms",
    "learners",
    "courses",
    "allauth",
    "allauth.account",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # A lesson weighs 30 kB, 8 once compressed; random padding hides its length (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lms.middleware.PrivatePages",
    "lms.middleware.StaffOnly",
    "lms.middleware.Refusals",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.navigation.nav",
            ],
        },
    }
]
FORM_RENDERER = "lms.forms.Renderer"

# ---------------------------------------------------------------- people

AUTH_USER_MODEL = "learners.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # the address is unique, without regard to case: the check only knows of the simpler kind
    "security.W019",  # Wagtail previews pages in a frame of its own site; frame-ancestors refuses any other
]
AUTHENTICATION_BACKENDS = [
    "lms.accounts.Backend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "lms:dashboard"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "lms.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "lms.forms.NameOnSignup"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# A code typed where one signs up keeps the journey in one tab, on one device: the person who
# signs up on a phone and reads mail elsewhere still lands on the step they came for.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # tells the owner when a password or an address changes
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

# ---------------------------------------------------------------- words

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
USE_I18N = True
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# ---------------------------------------------------------------- database


def sqlite(path):
    """Settings of an SQLite file that takes several writers without « database is locked ».

    Immediate transactions are what makes the busy timeout work: a transaction that begins as a
    reader and then writes fails at once, whatever the timeout. What a sort needs beyond the cache goes
    to temporary files, so that a long export takes no more memory than a short one.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000; "
                "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=27103364;"
            ),
        },
    }


def database():
    """The database named by DATABASE_URL, else the SQLite file of the embedded default."""
    if not env("DATABASE_URL", default=""):
        return sqlite(str(VAR / "db.sqlite3"))
    config = env.db("DATABASE_URL")
    if config["ENGINE"].endswith("sqlite3"):
        return sqlite(config["NAME"])
    config["CONN_MAX_AGE"] = 60
    config["CONN_HEALTH_CHECKS"] = True
    options = config.setdefault("OPTIONS", {})
    # No request may hold the others for ever behind a lock or a runaway statement.
    options.setdefault("options", "-c lock_timeout=10s -c statement_timeout=60s")
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # Rate limits. They live in the database, so that losing Redis neither opens the door to
    # guessing nor closes it to the right person.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Past that, rows are thrown away: never those of a limit that somebody has reached.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    # Where the resized copies of images are. Wagtail writes this one at each view of an image,
    # so it stays in the memory of the process.
    "renditions": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "renditions"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# ---------------------------------------------------------------- tasks

REDIS_URL = env("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = TIME_ZONE
# Letters do not wait behind five hundred PDFs, nor the clock behind letters. A worker takes from each in turn, unless
# it is told which (see docs/deployment.md).
CELERY_TASK_QUEUES = [Queue(name) for name in ("clock", "letters", "documents")]
CELERY_TASK_DEFAULT_QUEUE = "letters"
CELERY_TASK_ROUTES = {"learners.schedule.*": {"queue": "clock"}}
# A task is acknowledged when done, and handed to another worker when its own is killed.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
# A process keeps its connection to the database, as long as Django would: see learners.tasks.
CELERY_DB_REUSE_MAX = 1_000_000
CELERY_TASK_TIME_LIMIT = 100  # under the claim of a letter, see learners.delivery
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
# Longer than the longest task; the restore pass runs every ten seconds, not every hundred.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    # One try when publishing: the sweep is the second.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The database row is the record and the clock sweeps it: a request never waits for the broker.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# ---------------------------------------------------------------- letters

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG["EMAIL_HOST"]
EMAIL_PORT = EMAIL_CONFIG["EMAIL_PORT"] or 25
EMAIL_HOST_USER = EMAIL_CONFIG["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = EMAIL_CONFIG["EMAIL_FILE_PATH"] or None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="Faire alliance <bonjour@faire-alliance.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where reports of non-delivery come, and the mailbox in which they are read (docs/decisions/0027).
BOUNCES_ADDRESS = env("BOUNCES_ADDRESS", default="")
BOUNCES_URL = env("BOUNCES_URL", default="")
# When reminders may leave, at the reader's own hour, and how many (docs/decisions/0025).
LETTERS_FROM_HOUR = env.int("LETTERS_FROM_HOUR", default=8)
LETTERS_TO_HOUR = env.int("LETTERS_TO_HOUR", default=20)
LETTERS_EVERY_DAY = env.bool("LETTERS_EVERY_DAY", default=False)
LETTERS_PER_WEEK = env.int("LETTERS_PER_WEEK", default=2)

# ---------------------------------------------------------------- files

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# ---------------------------------------------------------------- seals

# Files that sign attestations (learners.seals); without them, an authority is made once in the folder.
SEAL_KEY = env("SEAL_KEY", default="")
SEAL_CHAIN = env("SEAL_CHAIN", default="")
BADGE_KEY = env("BADGE_KEY", default="")
SEAL_FOLDER = VAR / "sceau"

# ---------------------------------------------------------------- security

X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail shows previews in a frame of its own site
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False  # Wagtail's admin reads it
CSRF_FAILURE_VIEW = "lms.views.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long lesson or quiz, as Wagtail posts it
CONTENT_SECURITY_POLICY: dict[str, dict[str, Any]] = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
}

# ---------------------------------------------------------------- the site and its CMS

# Printed QR codes and letters are written outside any request: they need the public address.
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SITE_NAME = "Faire alliance"

WAGTAIL_SITE_NAME = SITE_NAME
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # « Leçon » is at /lecon/: addresses are read aloud, and lms.urls takes no accent
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y %H:%M"
WAGTAIL_TIME_FORMAT = "%H:%M"
WAGTAILIMAGES_IMAGE_MODEL = "courses.Illustration"
WAGTAILIMAGES_IMAGE_FORM_BASE = "courses.uploads.ImageForm"
# No SVG: a file that can hold scripts. The drawings of the tracks come with the code and are loaded, not uploaded.
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 60 * 1000 * 1000  # what a good phone takes; a bomb of pixels is refused
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "ods", "pdf", "pptx", "xlsx", "mp3", "ogg", "mp4", "webm", "vtt", "zip"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 200 * 1024 * 1024
WAGTAILADMIN_UNSAFE_PAGE_DELETION_LIMIT = 3  # from three pages on, deleting asks to type the name of the site
WAGTAIL_AUTOSAVE_INTERVAL = 2000  # each autosave is a write: twice a second is too much for SQLite
WAGTAIL_ENABLE_UPDATE_CHECK = False  # no call to a third party
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # idem
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
# Signing in, passwords and addresses are the business of the site's own pages, with their limits and confirmations.
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_REQUIRED = False  # an invited person chooses theirs by « mot de passe oublié »
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
TAGGIT_CASE_INSENSITIVE = True

# ---------------------------------------------------------------- logs

# One line per event: readable on a terminal, JSON where JSON_LOGS asks for it.
LOGGING = logging_config(json_lines=env.bool("JSON_LOGS", default=False))
