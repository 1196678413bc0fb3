"""Production, with one address more, the floor that times are compared with, and fewer lines of log."""

from config.settings.production import *  # noqa: F403 — one address more, nothing else
from config.settings.production import INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench"]
LOGGING = {**LOGGING, "root": {**LOGGING["root"], "level": "WARNING"}}  # the tables are read on the same terminal
ROOT_URLCONF = "tests.bench.urls"
