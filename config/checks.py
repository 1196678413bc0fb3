"""Refuses, before anything is served, settings that would make production untrue or unsafe."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import Error, Info, Tags, register
from django.utils import timezone

from learners import mailbox, seals

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
    if settings.BOUNCES_URL:
        try:
            mailbox.place(settings.BOUNCES_URL)
        except ValueError:
            errors.append(Error("BOUNCES_URL must be imaps://user:password@host:993/folder.", id="config.E009"))
    return errors


@register(Tags.security, deploy=True)
def attestations_are_sealed(app_configs, **kwargs):
    """Errors for keys that cannot seal, warnings for what soon cannot, and a word about a self-made authority.

    Nothing is made here: whoever looks at the settings is not always who serves.
    """
    found: list[checks.CheckMessage] = []
    if settings.SEAL_KEY or settings.SEAL_CHAIN:
        try:
            ends_at = seals.seal().certificate.not_valid_after_utc
        except seals.UnusableSeal as unusable:
            found.append(Error(str(unusable), id="config.E007"))
        else:
            if ends_at < timezone.now():
                found.append(
                    checks.Warning(f"The certificate of SEAL_KEY ended on {ends_at:%Y-%m-%d}.", id="config.W001")
                )
    else:
        said = (
            "SEAL_KEY is not set: attestations are sealed by an authority of this installation, which no reader knows."
        )
        found.append(Info(said, hint=f"Keep {settings.SEAL_FOLDER} with the backups.", id="config.I001"))
    if settings.BADGE_KEY:
        try:
            seals.badge_key()
        except seals.UnusableSeal as unusable:
            found.append(Error(str(unusable), id="config.E008"))
    found += [
        checks.Warning(f"Others may read the private key {path}: chmod 600.", id="config.W002")
        for path in (settings.SEAL_KEY, settings.BADGE_KEY)
        if path and _is_open(Path(path))
    ]
    return found


def _is_open(path):
    return path.exists() and bool(path.stat().st_mode & 0o077)


@register(Tags.database, deploy=True)
def no_demonstration_people(app_configs, databases=None, **kwargs):
    """An error when the database of production holds the demonstration accounts."""
    if not databases:
        return []
    User = apps.get_model(settings.AUTH_USER_MODEL)
    if User.objects.filter(email__endswith="@demo.example", is_active=True).exists():
        return [Error("The database holds demonstration accounts.", id="config.E006")]
    return []
