"""Certificate (on screen: attestation): frozen facts that anyone can check by their code."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from learners.models.enrolment import Enrolment

# No letter that is read as a figure, nor the reverse: codes are copied by hand from paper.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 24  # 24 × 5 bits = 120 random bits


def new_code():
    """A code that cannot be guessed: 120 random bits in letters and figures."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class Certificate(models.Model):
    enrolment = models.OneToOneField(
        Enrolment,
        # An attestation outlives everything that led to it.
        on_delete=models.PROTECT,
        related_name="certificate",
        verbose_name="inscription",
    )
    code = models.CharField("code", max_length=LENGTH, unique=True, default=new_code, editable=False)
    issued_at = models.DateTimeField("délivrée")
    # Facts of the day, never read again from the track or the account.
    holder = models.CharField("titulaire", max_length=170)
    track_title = models.CharField("parcours", max_length=255)
    track_version = models.CharField("version du parcours", max_length=40)
    cohort_name = models.CharField("cohorte", max_length=120, blank=True)
    organisation = models.CharField("organisation", max_length=160, blank=True)
    award = models.CharField("nature", max_length=10)
    award_label = models.CharField("intitulé", max_length=60)
    hours = models.DecimalField("heures", max_digits=4, decimal_places=1)
    abilities = models.TextField("capacités", blank=True, help_text="Une par ligne.")
    revoked_at = models.DateTimeField("révoquée", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )
    revoked_reason = models.CharField("motif", max_length=240, blank=True)

    class Meta:
        verbose_name = "attestation"
        verbose_name_plural = "attestations"
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoked_reason="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_reason="")),
                name="certificate_revoked_with_author_and_reason",
                violation_error_message="Une révocation a une date, un auteur et un motif.",
            ),
            models.CheckConstraint(
                condition=~Q(holder=""),
                name="certificate_has_holder",
                violation_error_message="Une attestation porte le nom de son titulaire.",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        """The public page that tells whether this attestation is genuine."""
        return reverse("lms:certificate", args=[self.code])

    @property
    def ability_list(self):
        """The abilities, one string each."""
        return [line for line in self.abilities.splitlines() if line]

    @property
    def printed_code(self):
        """The code in groups of four, as printed."""
        return "-".join(self.code[start : start + 4] for start in range(0, LENGTH, 4))
