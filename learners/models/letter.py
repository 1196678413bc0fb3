"""Letter: every message that leaves, once. FailingAddress: where none arrives.

OptOut and LetterChoices: what a person wants to receive, and when.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from learners.models.certificate import Certificate
from learners.models.enrolment import Enrolment
from learners.models.reminder import ReminderRule
from learners.models.territory import Territory

# Neither sent nor dropped.
WAITING = Q(sent_at__isnull=True, dropped_at__isnull=True)


class LetterQuerySet(models.QuerySet):
    def waiting(self):
        """Letters that are neither sent nor dropped."""
        return self.filter(WAITING)

    def due(self, now):
        """Waiting letters whose time has come, that nobody is sending right now and no server has just refused."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        allowed = Q(postponed_until__isnull=True) | Q(postponed_until__lte=now)
        return self.waiting().filter(free, allowed, due_at__lte=now)

    def optional(self):
        """Letters that nobody has to receive: they count together towards what a person gets in a week."""
        return self.filter(kind=Letter.Kind.REMINDER)


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
        TASK = "task", "Relectures à faire"
        DIGEST = "digest", "Le point de la semaine"
        TRIAL = "trial", "Essai"

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
    # Which rule wrote it, for a reminder.
    rule = models.ForeignKey(
        ReminderRule, on_delete=models.SET_NULL, null=True, blank=True, related_name="letters", verbose_name="règle"
    )
    due_at = models.DateTimeField("à envoyer le")
    # Written when sent for letters about a learner; at once for messages of the account and the point of the week.
    subject = models.CharField("objet", max_length=200, blank=True)
    text = models.TextField("texte", blank=True)
    html = models.TextField("html", blank=True)
    # When it may leave at the earliest, if later than its cause: a night, a holiday, a pause, somebody's choice.
    postponed_until = models.DateTimeField("attend jusqu’au", null=True, blank=True)
    postponed_reason = models.CharField("pourquoi elle attend", max_length=200, blank=True, default="", db_default="")
    claimed_until = models.DateTimeField("en cours d’envoi jusqu’à", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("dernier refus", max_length=240, blank=True)
    sent_at = models.DateTimeField("envoyée", null=True, blank=True)
    dropped_at = models.DateTimeField("abandonnée", null=True, blank=True)
    dropped_reason = models.CharField("motif d’abandon", max_length=120, blank=True)
    # What a server said later. Without a date it is a delay, or what may pass.
    bounced_at = models.DateTimeField("revenue", null=True, blank=True)
    bounce = models.CharField("avis de non-remise", max_length=240, blank=True, default="", db_default="")

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
            models.CheckConstraint(
                condition=Q(postponed_until__isnull=True, postponed_reason="")
                | (Q(postponed_until__isnull=False) & ~Q(postponed_reason="")),
                name="letter_postponed_with_reason",
                violation_error_message="Un message qui attend dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(bounced_at__isnull=True) | ~Q(bounce=""),
                name="letter_bounced_with_diagnostic",
                violation_error_message="Un message qui revient dit pourquoi.",
            ),
        ]
        indexes = [
            # The sweep reads the waiting ones, a handful among all that were ever sent.
            models.Index(
                fields=["due_at"], name="letter_waiting", condition=Q(sent_at__isnull=True, dropped_at__isnull=True)
            ),
            # What somebody received lately, asked before each reminder leaves.
            models.Index(fields=["person", "sent_at"], name="letter_received", condition=Q(kind="reminder")),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.key}"

    @cached_property
    def certificate(self):
        """The attestation that this letter brings, which its key names; None when there is none."""
        found = Certificate.objects.filter(pk=self.key.split(":")[1], enrolment=self.enrolment_id).first()
        if found and self.enrolment:
            found.enrolment = self.enrolment  # already read
        return found


class FailingAddressQuerySet(models.QuerySet):
    def current(self):
        """Those that are still the address of their person."""
        return self.filter(address=F("person__email"))


class FailingAddress(models.Model):
    """A server said that this address of a person receives nothing. It holds as long as it is their address."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="failing_address", verbose_name="personne"
    )
    address = models.EmailField("adresse")
    since = models.DateTimeField("depuis")
    diagnostic = models.CharField("avis de non-remise", max_length=240)

    objects = FailingAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "adresse qui ne répond pas"
        verbose_name_plural = "adresses qui ne répondent pas"

    def __str__(self):
        return self.address


class OptOut(models.Model):
    """A person no longer wants letters of this kind; no later enrolment cancels it."""

    # Every kind that may be refused, those of tomorrow too.
    EVERYTHING = "everything"
    KINDS = [(EVERYTHING, "Tout ce qui n’est pas indispensable"), *Letter.Kind.choices]

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="opt_outs", verbose_name="personne"
    )
    kind = models.CharField("nature", max_length=20, choices=KINDS)
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


class LetterChoices(models.Model):
    """When and where somebody is reached: no row for whoever never chose."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letter_choices", verbose_name="personne"
    )
    territory = models.CharField(
        "territoire", max_length=3, choices=Territory.choices, blank=True, help_text="Vide : celui de la cohorte."
    )
    no_reminder_before = models.DateField("pas de rappel avant le", null=True, blank=True)

    class Meta:
        verbose_name = "choix de messages"
        verbose_name_plural = "choix de messages"

    def __str__(self):
        return str(self.person_id)
