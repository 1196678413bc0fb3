"""Refuses, before anything is served, settings that would make production untrue or unsafe."""

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, Tags, register

PLACEHOLDERS = ("change", "secret", "default", "example", "insecure", "django-insecure", "only for")


@register(Tags.security, deploy=True)
def production_is_real(app_configs, **kwargs):
    """Errors for a default secret, DEBUG, the embedded broker or database, or demonstration mode."""
    errors = []
    if len(settings.SECRET_KEY) < 50 or settings.SECRET_KEY.lower().startswith(PLACEHOLDERS):
        errors.append(Error("SECRET_KEY is short or a placeholder.", id="config.E001"))
    if settings.DEBUG:
        errors.append(Error("DEBUG must be off.", id="config.E002"))
    if not settings.REDIS_URL:
        errors.append(Error("REDIS_URL must name a Redis server: the embedded one is for make run.", id="config.E003"))
    if settings.DEMO:
        errors.append(Error("Demonstration mode must be off.", id="config.E004"))
    if not settings.SITE_URL.startswith("https://"):
        errors.append(Error("SITE_URL must be the public https address: attestations bear it.", id="config.E005"))
    return errors


@register(Tags.database, deploy=True)
def no_demonstration_people(app_configs, databases=None, **kwargs):
    """An error when the database of production holds the demonstration accounts."""
    if not databases:
        return []
    User = apps.get_model(settings.AUTH_USER_MODEL)
    if User.objects.filter(email__endswith="@demo.example", is_active=True).exists():
        return [Error("The database holds demonstration accounts.", id="config.E006")]
    return []
