"""Allowance (on screen: dérogation): one person may open something, or send it later, whatever the rules say."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from wagtail.models import Page

from learners.models.enrolment import Enrolment


class AllowanceQuerySet(models.QuerySet):
    def current(self):
        """Those that were not ended."""
        return self.filter(ended_at__isnull=True)


class Allowance(models.Model):
    """Dated, signed, explained, and shown to the learner."""

    class Kind(models.TextChoices):
        OPEN = "open", "Ouvrir sans attendre"
        EXTEND = "extend", "Repousser la clôture"

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="allowances", verbose_name="inscription"
    )
    kind = models.CharField("nature", max_length=10, choices=Kind.choices)
    # A step or a module; a page that carries history stays.
    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="+", verbose_name="étape ou module")
    until = models.DateTimeField("nouvelle clôture", null=True, blank=True)
    comment = models.CharField("explication", max_length=240, help_text="La personne la lit.")
    granted_at = models.DateTimeField("accordée le")
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="accordée par"
    )
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)

    objects = AllowanceQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "dérogation"
        verbose_name_plural = "dérogations"
        ordering = ["-granted_at", "-pk"]
        constraints = [
            # A new one ends the one before.
            models.UniqueConstraint(
                fields=["enrolment", "page", "kind"],
                condition=Q(ended_at__isnull=True),
                name="allowance_one_current",
                violation_error_message="Cette personne a déjà cette dérogation.",
            ),
            models.CheckConstraint(
                condition=Q(kind="open", until__isnull=True) | Q(kind="extend", until__isnull=False),
                name="allowance_extension_has_a_date",
                violation_error_message="Une clôture repoussée a une date ; une ouverture n’en a pas.",
            ),
            models.CheckConstraint(
                condition=~Q(comment=""),
                name="allowance_is_explained",
                violation_error_message="Une dérogation s’explique.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("granted_at")),
                name="allowance_ends_after_it_begins",
                violation_error_message="Une dérogation se termine après avoir commencé.",
            ),
        ]

    def __str__(self):
        return f"{self.enrolment_id} · {self.get_kind_display()}"
