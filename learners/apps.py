"""What happened to people: the only code that writes learner records."""

from django.apps import AppConfig


class LearnersConfig(AppConfig):
    name = "learners"
    verbose_name = "Apprenants"
