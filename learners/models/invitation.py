"""Invitation: a link and a code that open a cohort. WaitingPlace: somebody who waits for a seat in it."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from learners.models.cohort import Cohort, Sector

# Read aloud and typed on a phone: no letter that is read as a figure, nor the reverse.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 10  # 50 random bits: behind a limit of tries, out of reach of a guess


def new_invitation_code():
    """A code that can be typed and not guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class InvitationQuerySet(models.QuerySet):
    def usable(self, now):
        """Those that were not revoked and have not expired."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)


class Invitation(models.Model):
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="invitations", verbose_name="cohorte")
    code = models.CharField("code", max_length=LENGTH, unique=True, default=new_invitation_code, editable=False)
    created_at = models.DateTimeField("créée")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="créée par"
    )
    expires_at = models.DateTimeField("valable jusqu’au", null=True, blank=True)
    revoked_at = models.DateTimeField("révoquée", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="révoquée par",
    )

    objects = InvitationQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="invitation_revoked_with_author",
                violation_error_message="Une révocation a une date et un auteur.",
            ),
        ]

    def __str__(self):
        return self.printed_code

    def get_absolute_url(self):
        """Where this invitation is accepted."""
        return reverse("lms:join", args=[self.code])

    @property
    def printed_code(self):
        """The code in two groups, as it is read aloud."""
        return f"{self.code[: LENGTH // 2]}-{self.code[LENGTH // 2 :]}"


class WaitingPlaceQuerySet(models.QuerySet):
    def waiting(self):
        """Who still waits, the first come first."""
        return self.filter(given_at__isnull=True, left_at__isnull=True).order_by("asked_at", "pk")


class WaitingPlace(models.Model):
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="waiting", verbose_name="cohorte")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="waiting", verbose_name="personne"
    )
    # Told when the place was asked for; goes to the enrolment with the seat.
    organisation = models.CharField("organisation", max_length=160, blank=True)
    sector = models.CharField("secteur", max_length=20, choices=Sector.choices, blank=True)
    asked_at = models.DateTimeField("demandée")
    given_at = models.DateTimeField("place obtenue", null=True, blank=True)
    left_at = models.DateTimeField("abandonnée", null=True, blank=True)

    objects = WaitingPlaceQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "place en liste d’attente"
        verbose_name_plural = "liste d’attente"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "person"],
                condition=Q(given_at__isnull=True, left_at__isnull=True),
                name="waiting_once_per_cohort",
                violation_error_message="Cette personne est déjà sur la liste d’attente.",
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True) | Q(left_at__isnull=True),
                name="waiting_given_or_left",
                violation_error_message="Une place est obtenue ou abandonnée, pas les deux.",
            ),
        ]

    def __str__(self):
        return f"{self.person_id} · {self.cohort_id}"
