"""What people see: the only code that speaks HTTP and HTML."""

from django.apps import AppConfig


class LmsConfig(AppConfig):
    name = "lms"
    verbose_name = "Site"
