"""Accommodation: more time for a person, everywhere. Why is nobody's business, so it is not written."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q


class AccommodationQuerySet(models.QuerySet):
    def current(self):
        """Those that were not ended."""
        return self.filter(ended_at__isnull=True)


class Accommodation(models.Model):
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="accommodations", verbose_name="personne"
    )
    extra_percent = models.PositiveSmallIntegerField(
        "temps supplémentaire (%)",
        validators=[MinValueValidator(1), MaxValueValidator(400)],
        help_text="33 pour un tiers-temps, 100 pour deux fois plus de temps.",
    )
    granted_at = models.DateTimeField("accordé le")
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="accordé par"
    )
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)

    objects = AccommodationQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "aménagement"
        verbose_name_plural = "aménagements"
        ordering = ["-granted_at"]
        constraints = [
            # A new one ends the one before: nobody has two.
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at__isnull=True),
                name="accommodation_one_current",
                violation_error_message="Cette personne a déjà un aménagement en cours.",
            ),
            models.CheckConstraint(
                condition=Q(extra_percent__gte=1, extra_percent__lte=400),
                name="accommodation_extra_in_bounds",
                violation_error_message="Le temps supplémentaire va de 1 à 400 %%.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("granted_at")),
                name="accommodation_ends_after_it_begins",
                violation_error_message="Un aménagement se termine après avoir commencé.",
            ),
        ]

    def __str__(self):
        return f"{self.person} · + {self.extra_percent} %"
