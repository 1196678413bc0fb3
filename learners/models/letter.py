"""Letter: every message that leaves, once. OptOut: what a person no longer wants to receive."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from learners.models.enrolment import Enrolment

# Neither sent nor dropped.
WAITING = Q(sent_at__isnull=True, dropped_at__isnull=True)


class LetterQuerySet(models.QuerySet):
    def waiting(self):
        """Letters that are neither sent nor dropped."""
        return self.filter(WAITING)

    def due(self, now):
        """Waiting letters whose time has come, that nobody is sending right now and no server has just refused."""
        return self.waiting().filter(due_at__lte=now).filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))


class Letter(models.Model):
    """A message to one person. Its unique key is what makes it leave only once."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", "Compte"
        WELCOME = "welcome", "Bienvenue"
        REMINDER = "reminder", "Rappels"
        CERTIFICATE = "certificate", "Attestation"
        REVIEW = "review", "Relecture"
        SEAT = "seat", "Place obtenue"
        MESSAGE = "message", "Message de responsable"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name="personne",
    )
    address = models.EmailField("adresse")
    kind = models.CharField("nature", max_length=20, choices=Kind.choices)
    # The letter of this cause: a second writer of the same cause meets the first one's row.
    key = models.CharField("clé", max_length=120, unique=True)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="letters", verbose_name="inscription"
    )
    due_at = models.DateTimeField("à envoyer le")
    # Written when sent for letters about a learner, when received for messages of the account.
    subject = models.CharField("objet", max_length=200, blank=True)
    text = models.TextField("texte", blank=True)
    html = models.TextField("html", blank=True)
    claimed_until = models.DateTimeField("en cours d’envoi jusqu’à", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("dernier refus", max_length=240, blank=True)
    sent_at = models.DateTimeField("envoyée", null=True, blank=True)
    dropped_at = models.DateTimeField("abandonnée", null=True, blank=True)
    dropped_reason = models.CharField("motif d’abandon", max_length=120, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True),
                name="letter_sent_or_dropped",
                violation_error_message="Un message est envoyé ou abandonné, pas les deux.",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True, dropped_reason="")
                | (Q(dropped_at__isnull=False) & ~Q(dropped_reason="")),
                name="letter_dropped_with_reason",
                violation_error_message="Un message abandonné a un motif.",
            ),
        ]
        indexes = [
            # The sweep reads the waiting ones, a handful among all that were ever sent.
            models.Index(
                fields=["due_at"], name="letter_waiting", condition=Q(sent_at__isnull=True, dropped_at__isnull=True)
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.key}"


class OptOut(models.Model):
    """A person no longer wants letters of this kind; no later enrolment cancels it."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="opt_outs", verbose_name="personne"
    )
    kind = models.CharField("nature", max_length=20, choices=Letter.Kind.choices)
    opted_out_at = models.DateTimeField("depuis")

    class Meta:
        verbose_name = "refus de message"
        verbose_name_plural = "refus de messages"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                name="opt_out_once",
                violation_error_message="Ce refus est déjà enregistré.",
            ),
        ]

    def __str__(self):
        return f"{self.person_id} · {self.kind}"
