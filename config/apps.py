"""Registers the checks of the settings."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self):
        """Load the checks; they register themselves."""
        from config import checks  # noqa: F401, PLC0415 — checks need the app registry
