"""The suite: the embedded settings without what costs time and proves nothing."""

from config.settings.base import *  # one base and thin differences
from config.settings.base import TEMPLATES

SECRET_KEY = "only for the tests"  # noqa: S105 — nothing real is signed with it
DEMO = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

# Any of Django's hashers proves the same thing; this one costs nothing.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
# Static files are found where they are written, without collecting them.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = VAR / "nowhere"
TEMPLATES[0]["OPTIONS"]["debug"] = True
