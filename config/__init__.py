"""Wiring only: settings, addresses, Celery, WSGI and the supervisor behind `make run`."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
