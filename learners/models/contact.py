"""Message: what a manager writes to a cohort or to some of it. Contact: one person who was written to, and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from learners.models.cohort import Cohort
from learners.models.enrolment import Enrolment
from learners.models.letter import Letter


class MessageQuerySet(models.QuerySet):
    def scheduled(self):
        """Those that have not become letters yet, nor were given up."""
        return self.filter(written_at__isnull=True, cancelled_at__isnull=True)

    def due(self, now):
        """Scheduled ones whose hour has come."""
        return self.scheduled().filter(due_at__lte=now)


class Message(models.Model):
    """Edited until its hour; then one letter each, and nothing of it changes any more."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="messages", verbose_name="cohorte")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="écrit par"
    )
    subject = models.CharField("objet", max_length=150)
    text = models.TextField("texte", max_length=5_000)
    to_everybody = models.BooleanField("à toute la cohorte", default=True)
    recipients = models.ManyToManyField(Enrolment, blank=True, related_name="messages", verbose_name="destinataires")
    created_at = models.DateTimeField("créé")
    due_at = models.DateTimeField("à envoyer le")
    written_at = models.DateTimeField("parti", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulé", null=True, blank=True)

    objects = MessageQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "message à une cohorte"
        verbose_name_plural = "messages aux cohortes"
        ordering = ["-due_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(written_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="message_written_or_cancelled",
                violation_error_message="Un message part ou s’annule, pas les deux.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="message_scheduled",
                condition=Q(written_at__isnull=True, cancelled_at__isnull=True),
            ),
        ]

    def __str__(self):
        return self.subject


class Contact(models.Model):
    """Somebody was written to from the list of the day. Whether they came back is read from their activity."""

    class Reason(models.TextChoices):
        NEVER_STARTED = "never_started", "n’a pas commencé"
        SILENT = "silent", "ne vient plus"
        STUCK = "stuck", "bute sur un quiz"
        NEARLY_DONE = "nearly_done", "touche au but"
        OTHER = "other", "autre raison"

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="contacts", verbose_name="inscription"
    )
    reason = models.CharField("raison", max_length=20, choices=Reason.choices)
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="contact", verbose_name="message")
    contacted_at = models.DateTimeField("contactée le")
    contacted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "prise de contact"
        verbose_name_plural = "prises de contact"
        ordering = ["-contacted_at", "-pk"]
        indexes = [models.Index(fields=["enrolment", "contacted_at"], name="contact_latest")]

    def __str__(self):
        return f"{self.enrolment_id} · {self.get_reason_display()}"
