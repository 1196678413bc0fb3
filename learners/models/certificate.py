"""Certificate (on screen: attestation): frozen facts that anyone can check by their code."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from courses.models import ModulePage
from learners.errors import FrozenAttestation
from learners.models.enrolment import Enrolment

# No letter that is read as a figure, nor the reverse: codes are copied by hand from paper.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 24  # 24 × 5 bits = 120 random bits


def new_code():
    """A code that cannot be guessed: 120 random bits in letters and figures."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


# All that ever happens to an attestation: it is revoked, or no longer the one of its enrolment or of its module.
CHANGES = frozenset({"current_for", "current_module", "revoked_at", "revoked_by", "revoked_reason"})
# Nothing has taken its place: it holds the key of its enrolment, or of its module.
NOT_REPLACED = Q(current_for__isnull=False) | Q(current_module__isnull=False)


class CertificateQuerySet(models.QuerySet):
    def update(self, **fields):
        """Revoke, or make room for the replacement; nothing else can be altered."""
        if not fields.keys() <= CHANGES:
            raise FrozenAttestation
        return super().update(**fields)

    def delete(self):
        """Never."""
        raise FrozenAttestation

    def not_replaced(self):
        """Those that nothing replaces, be they revoked."""
        return self.filter(NOT_REPLACED)


class Certificate(models.Model):
    enrolment = models.ForeignKey(
        Enrolment,
        # An attestation outlives everything that led to it.
        on_delete=models.PROTECT,
        related_name="certificates",
        verbose_name="inscription",
    )
    # The same enrolment, while this is its attestation; nothing once another one replaces it, nor for a module.
    current_for = models.OneToOneField(
        Enrolment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="certificate",
        verbose_name="attestation en vigueur de",
    )
    # What it attests when that is one module of the track; nothing for the whole track.
    module = models.ForeignKey(
        ModulePage, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="page du module"
    )
    # The same module, while this is its attestation for the enrolment; nothing once another one replaces it.
    current_module = models.ForeignKey(
        ModulePage,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="attestation en vigueur du module",
    )
    code = models.CharField("code", max_length=LENGTH, unique=True, default=new_code, editable=False)
    issued_at = models.DateTimeField("délivrée")
    # Facts of the day, never read again from the track or the account.
    holder = models.CharField("titulaire", max_length=170)
    track_title = models.CharField("parcours", max_length=255)
    module_title = models.CharField("module", max_length=255, blank=True, default="", db_default="")
    # Of the track or of the module; the column keeps its first name, which older code reads during an upgrade.
    version = models.CharField("version", max_length=40, db_column="track_version")
    cohort_name = models.CharField("cohorte", max_length=120, blank=True)
    organisation = models.CharField("organisation", max_length=160, blank=True)
    award = models.CharField("nature", max_length=10)
    award_label = models.CharField("intitulé", max_length=60)
    # To the hundredth, from which minutes are found again.
    hours = models.DecimalField("heures", max_digits=5, decimal_places=2)
    abilities = models.TextField("capacités", blank=True, help_text="Une par ligne.")
    # A name that was misspelt is corrected by a new row, which says who asked for it and why.
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replacement",
        verbose_name="remplace",
    )
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="corrigée par",
    )
    corrected_reason = models.CharField("motif de la correction", max_length=240, blank=True, editable=False)
    revoked_at = models.DateTimeField("révoquée", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )
    revoked_reason = models.CharField("motif", max_length=240, blank=True)

    objects = CertificateQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(current_for__isnull=True) | Q(current_for=F("enrolment")),
                name="certificate_current_for_its_enrolment",
                violation_error_message="Une attestation vaut pour l’inscription qui l’a gagnée.",
            ),
            # An attestation of a module never takes the place of the track’s: whoever counts those joins on it.
            models.CheckConstraint(
                condition=Q(current_for__isnull=True) | Q(module__isnull=True),
                name="certificate_of_track_or_module",
                violation_error_message="L’attestation d’un module n’est pas celle du parcours.",
            ),
            models.CheckConstraint(
                condition=Q(current_module__isnull=True) | Q(module__isnull=False, current_module=F("module")),
                name="certificate_current_module_is_its_own",
                violation_error_message="Une attestation vaut pour le module qu’elle atteste.",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "current_module"],
                name="certificate_once_per_module",
                violation_error_message="Cette inscription a déjà l’attestation de ce module.",
            ),
            models.CheckConstraint(
                condition=Q(module__isnull=True, module_title="")
                | (Q(module__isnull=False, award="suivi") & ~Q(module_title="")),
                name="certificate_of_module_is_followed",
                violation_error_message="Un module porte son titre, et son attestation est une attestation de suivi.",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, corrected_by__isnull=True, corrected_reason="")
                | (Q(replaces__isnull=False, corrected_by__isnull=False) & ~Q(corrected_reason="")),
                name="certificate_replaces_with_author_and_reason",
                violation_error_message="Une correction remplace une attestation, avec un auteur et un motif.",
            ),
            models.CheckConstraint(
                condition=NOT_REPLACED | Q(revoked_at__isnull=True),
                name="certificate_replaced_or_revoked",
                violation_error_message="Une attestation remplacée ne se révoque plus : la nouvelle compte.",
            ),
        ]

    def __str__(self):
        return self.code

    def save(self, *args, **kwargs):
        """Once; what is written stays."""
        if not self._state.adding:
            raise FrozenAttestation
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        """The public page that tells whether this attestation is genuine."""
        return reverse("lms:certificate", args=[self.code])

    def delete(self, *args, **kwargs):
        """Never."""
        raise FrozenAttestation

    @property
    def is_replaced(self):
        """Whether another attestation has taken its place."""
        return self.current_for_id is None and self.current_module_id is None

    @property
    def is_valid(self):
        """Whether it is what it says: neither replaced nor revoked."""
        return not self.is_replaced and self.revoked_at is None

    @property
    def followed(self):
        """What was followed: the title of the track, or the module and its track in words."""
        return (
            f"Module « {self.module_title} » du parcours « {self.track_title} »"
            if self.module_title
            else self.track_title
        )

    @property
    def ability_list(self):
        """The abilities, one string each."""
        return [line for line in self.abilities.splitlines() if line]

    @property
    def printed_code(self):
        """The code in groups of four, as printed."""
        return "-".join(self.code[start : start + 4] for start in range(0, LENGTH, 4))
