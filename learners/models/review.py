"""Review and Regrade: what a human gave to an answer, and every later change of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from courses.models import QuizVersion
from learners.models.attempt import Answer


class Review(models.Model):
    """The reading of one answer. The row appears when somebody claims it, for a while."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, related_name="review", verbose_name="réponse")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="en cours de relecture par",
    )
    claimed_until = models.DateTimeField("réservée jusqu’à", null=True, blank=True)
    graded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="relue par",
    )
    graded_at = models.DateTimeField("relue le", null=True, blank=True)
    # What each criterion earned, by its id in the frozen quiz.
    levels = models.JSONField("points par critère", default=dict, blank=True)
    comment = models.TextField("commentaire", blank=True)

    class Meta:
        verbose_name = "relecture"
        verbose_name_plural = "relectures"
        constraints = [
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="review_claimed_for_a_while",
                violation_error_message="Une relecture est réservée par quelqu’un et jusqu’à une heure.",
            ),
            models.CheckConstraint(
                condition=Q(graded_by__isnull=True, graded_at__isnull=True)
                | Q(graded_by__isnull=False, graded_at__isnull=False, claimed_by__isnull=True),
                name="review_given_by_somebody",
                violation_error_message="Une relecture donnée est datée, signée, et n’est plus réservée.",
            ),
        ]

    def __str__(self):
        return f"{self.answer_id}"

    def holder(self, at):
        """Who is reading this answer at that moment, or None."""
        return self.claimed_by if self.claimed_until is not None and at < self.claimed_until else None


class Regrade(models.Model):
    """A mark that was given and then changed: what it was, what it became, by whom and why. Never edited."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="regrades", verbose_name="réponse")
    at = models.DateTimeField("le")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par")
    why = models.TextField("motif")
    before = models.FloatField("points avant")
    after = models.FloatField("points après")
    # Empty when a human changed their reading.
    key = models.ForeignKey(
        QuizVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="nouveau corrigé"
    )
    levels_before = models.JSONField("points par critère avant", default=dict, blank=True)
    comment_before = models.TextField("commentaire avant", blank=True)

    class Meta:
        verbose_name = "note modifiée"
        verbose_name_plural = "notes modifiées"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(why=""),
                name="regrade_says_why",
                violation_error_message="Une note modifiée a un motif.",
            ),
        ]

    def __str__(self):
        return f"{self.answer_id} · {self.before} → {self.after}"
