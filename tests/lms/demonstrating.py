"""The product as a demonstration of itself."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import time_machine
from django.core.management import call_command
from django.test import override_settings

from tests.factories.learners import NOW


def load_the_demonstration():
    """The people of the demonstration, on the tracks that there are, at the hour of the tests of the screens.

    Their password is written nowhere that stays.
    """
    hour = NOW + timedelta(hours=1)
    with (
        TemporaryDirectory() as var,
        override_settings(DEMO=True, VAR=Path(var)),
        time_machine.travel(hour, tick=False),
    ):
        call_command("seed_demo", stdout=StringIO())
