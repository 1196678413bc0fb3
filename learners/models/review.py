"""Review and Regrade: what a human gave to an answer, and every later change of it."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

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


class RegradeQuerySet(models.QuerySet):
    def one_per_change(self):
        """One row per change, that is per author, moment and quiz, with what it changed.

        Adds ``quiz_title``, ``answer_count`` (marks changed), ``gained`` and ``lost`` (attempts that passed or no
        longer pass). One query.
        """
        same = Regrade.objects.filter(
            at=OuterRef("at"), by=OuterRef("by"), answer__attempt__quiz=OuterRef("answer__attempt__quiz")
        )
        return self.filter(~Exists(same.filter(pk__lt=OuterRef("pk")))).annotate(
            quiz_title=F("answer__attempt__quiz__title"),
            answer_count=counted(same, Count("pk")),
            gained=counted(same.gaining(), Count("answer__attempt", distinct=True)),
            lost=counted(same.losing(), Count("answer__attempt", distinct=True)),
        )

    def changed_with(self, regrade):
        """The rows of the same change, this one included."""
        return self.filter(at=regrade.at, by=regrade.by, answer__attempt__quiz=regrade.answer.attempt.quiz_id)

    def gaining(self):
        """Changes after which the attempt passes, and did not before."""
        return self.filter(passed_after=True).exclude(passed_before=True)

    def losing(self):
        """Changes after which the attempt no longer passes."""
        return self.filter(passed_before=True).exclude(passed_after=True)


def counted(rows, count):
    """The number of these rows of another query, as a subquery; 0 when there are none."""
    found = rows.order_by().values("by").annotate(found=count).values("found")
    return Coalesce(Subquery(found, output_field=models.IntegerField()), 0)


class Regrade(models.Model):
    """A mark that was given and then changed: what it was, what it became, by whom and why. Never edited."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="regrades", verbose_name="réponse")
    at = models.DateTimeField("le")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par")
    why = models.TextField("motif")
    before = models.FloatField("points avant")
    after = models.FloatField("points après")
    # Whether the attempt had passed, then and since: the answers of one attempt that change together say the same.
    passed_before = models.BooleanField("réussie avant", null=True, blank=True)
    passed_after = models.BooleanField("réussie après", null=True, blank=True)
    # Empty when a human changed their reading.
    key = models.ForeignKey(
        QuizVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="nouveau corrigé"
    )
    levels_before = models.JSONField("points par critère avant", default=dict, blank=True)
    comment_before = models.TextField("commentaire avant", blank=True)

    objects = RegradeQuerySet.as_manager()

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
