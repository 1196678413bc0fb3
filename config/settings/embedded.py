"""`make run`: the whole product on one machine, from nothing, with demonstration people.

The secret key is made at the first start and kept beside the database; letters are written to
files that the page /demo/courrier/ shows, so that a stranger can confirm an address without a
mail server. EMAIL_URL, DATABASE_URL and REDIS_URL choose real servers.
"""

import secrets

from config.settings.base import *  # one base and thin differences
from config.settings.base import VAR, env

DEMO = True


def kept_secret():
    """The secret key of this installation, made once."""
    path = VAR / "secret.key"
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = env("SECRET_KEY", default="") or kept_secret()
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

if not env("EMAIL_URL", default=""):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR / "courrier")
