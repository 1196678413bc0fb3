"""Production, with the command that makes people finish, and fewer lines of log."""

from config.settings.production import *  # noqa: F403 — one command more, nothing else
from config.settings.production import INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults"]
LOGGING = {**LOGGING, "root": {**LOGGING["root"], "level": "WARNING"}}
