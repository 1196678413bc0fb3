"""Heartbeat: when a background process last did its work."""

from django.db import models


class Heartbeat(models.Model):
    """One row per process name; a worker that runs what the clock asked for proves both alive."""

    name = models.CharField("nom", max_length=40, primary_key=True)
    at = models.DateTimeField("dernier signe")

    class Meta:
        verbose_name = "signe de vie"
        verbose_name_plural = "signes de vie"

    def __str__(self):
        return self.name
