"""What authors write: tracks, modules, lessons, quizzes. Knows no people."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "Parcours"

    def ready(self):
        """Load the checks; they register themselves."""
        from courses import checks  # noqa: F401, PLC0415 — checks need the app registry
