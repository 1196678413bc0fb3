"""Attempt and Answer: opened, saved, submitted; pinned to a frozen version of the quiz."""

from django.db import models
from django.db.models import F, Q

from courses.grading import percent
from courses.models import QuizPage, QuizVersion
from learners.models.enrolment import Enrolment


class AttemptQuerySet(models.QuerySet):
    def open(self):
        """Attempts that were not sent yet."""
        return self.filter(submitted_at__isnull=True)

    def submitted(self):
        """Attempts that were sent, newest first."""
        return self.filter(submitted_at__isnull=False).order_by("-number")


class Attempt(models.Model):
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="attempts", verbose_name="inscription"
    )
    quiz = models.ForeignKey(QuizPage, on_delete=models.PROTECT, related_name="attempts", verbose_name="quiz")
    # The questions as they stood at opening: an edit of the page changes nothing here.
    version = models.ForeignKey(QuizVersion, on_delete=models.PROTECT, related_name="attempts", verbose_name="version")
    number = models.PositiveSmallIntegerField("numéro")
    opened_at = models.DateTimeField("commencée")
    saved_at = models.DateTimeField("enregistrée", null=True, blank=True)
    # Grows by one at each change of an answer: two pages that show this attempt compare it.
    revision = models.PositiveIntegerField("révision", default=0, db_default=0)
    submitted_at = models.DateTimeField("envoyée", null=True, blank=True)
    score = models.FloatField("points", null=True, blank=True)
    max_score = models.PositiveSmallIntegerField("points possibles")
    passed = models.BooleanField("réussie", null=True, blank=True)  # empty when nothing is to be reached

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = "tentative"
        verbose_name_plural = "tentatives"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "quiz", "number"],
                name="attempt_number_once",
                violation_error_message="Cette tentative existe déjà.",
            ),
            # Two tabs that start a quiz together meet in the same attempt.
            models.UniqueConstraint(
                fields=["enrolment", "quiz"],
                condition=Q(submitted_at__isnull=True),
                name="attempt_one_open",
                violation_error_message="Une tentative est déjà en cours.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="attempt_number_from_one",
                violation_error_message="Les tentatives sont numérotées à partir de 1.",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, score__isnull=True, passed__isnull=True)
                | Q(submitted_at__isnull=False, score__isnull=False),
                name="attempt_graded_when_submitted",
                violation_error_message="Une tentative est notée quand elle est envoyée, et alors seulement.",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=F("max_score")),
                name="attempt_score_in_bounds",
                violation_error_message="Le score est compris entre 0 et le maximum.",
            ),
        ]

    def __str__(self):
        return f"{self.enrolment_id} · {self.quiz_id} · {self.number}"

    @property
    def percent(self):
        """The score out of 100, or None before submission."""
        return None if self.score is None else percent(self.score, self.max_score)


class Answer(models.Model):
    """The response to one question. Provisional until submission, which grades and keeps what was shown."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers", verbose_name="tentative")
    question_id = models.CharField("question", max_length=36)
    response = models.JSONField("réponse", default=list)
    saved_at = models.DateTimeField("enregistrée")
    # Who said it last: the revision of the attempt, the page and its message (see learners.merging). The
    # database knows the defaults too: during a deployment the code of before writes without them.
    revision = models.PositiveIntegerField("révision", default=0, db_default=0)
    page = models.CharField("page", max_length=32, blank=True, default="", db_default="")
    turn = models.PositiveIntegerField("message de la page", default=0, db_default=0)
    # Self-contained history: the words that the learner saw, the worth of the day.
    asked = models.TextField("question posée", blank=True)
    said = models.TextField("réponse donnée", blank=True)
    points = models.FloatField("points", null=True, blank=True)
    max_points = models.PositiveSmallIntegerField("points possibles", null=True, blank=True)

    class Meta:
        verbose_name = "réponse"
        verbose_name_plural = "réponses"
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "question_id"],
                name="answer_once_per_question",
                violation_error_message="Cette question a déjà une réponse.",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True, max_points__isnull=True)
                | Q(points__isnull=False, max_points__isnull=False, points__gte=0, points__lte=F("max_points")),
                name="answer_points_in_bounds",
                violation_error_message="Les points sont compris entre 0 et le maximum.",
            ),
        ]

    def __str__(self):
        return f"{self.attempt_id} · {self.question_id}"
