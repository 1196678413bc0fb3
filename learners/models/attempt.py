"""Attempt and Answer: opened, saved, submitted; pinned to a frozen version of the quiz."""

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from courses.grading import mark_of, percent
from courses.models import QuizPage, QuizVersion
from courses.versions import thaw
from learners.models.enrolment import Enrolment


class AttemptQuerySet(models.QuerySet):
    def open(self):
        """Attempts that were not sent yet."""
        return self.filter(submitted_at__isnull=True)

    def overdue(self, moment):
        """Open attempts of active enrolments that had to be sent before that moment."""
        return self.open().filter(deadline_at__lt=moment, enrolment__withdrawn_at__isnull=True)

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
    # Whose key marks it, when that of its own version was wrong (learners.regrading).
    key = models.ForeignKey(
        QuizVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="corrigé"
    )
    # Drawn and shuffled at opening: the ids of the questions that this attempt meets, in its order.
    # Empty for all the questions of the version in the author's order.
    layout = models.JSONField("questions de cette tentative", default=list, blank=True)
    # Where the order of proposed answers comes from; empty for the author's order.
    seed = models.PositiveIntegerField("graine", null=True, blank=True)
    number = models.PositiveSmallIntegerField("numéro")
    opened_at = models.DateTimeField("commencée")
    # Decided by the server at opening: time limit, accommodation and closing date together.
    deadline_at = models.DateTimeField("à envoyer avant", null=True, blank=True)
    saved_at = models.DateTimeField("enregistrée", null=True, blank=True)
    # Grows by one at each change of an answer: two pages that show this attempt compare it.
    revision = models.PositiveIntegerField("révision", default=0, db_default=0)
    submitted_at = models.DateTimeField("envoyée", null=True, blank=True)
    score = models.FloatField("points", null=True, blank=True)
    max_score = models.PositiveSmallIntegerField("points possibles")
    # Empty when nothing is to be reached, and while reviews could still decide.
    passed = models.BooleanField("réussie", null=True, blank=True)
    # How many answers a human must still read; recomputed by whatever grades the attempt.
    awaiting = models.PositiveSmallIntegerField("réponses à relire", default=0)

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
        indexes = [
            # The clock looks for open attempts whose time is over, among all those ever made.
            models.Index(fields=["deadline_at"], name="attempt_overdue", condition=Q(submitted_at__isnull=True)),
        ]

    def __str__(self):
        return f"{self.enrolment_id} · {self.quiz_id} · {self.number}"

    @property
    def percent(self):
        """The score out of 100, or None before submission."""
        return None if self.score is None else percent(self.score, self.max_score)

    @property
    def timed_out(self):
        """Whether time sent it, and not the learner."""
        return self.deadline_at is not None and self.submitted_at == self.deadline_at

    @cached_property
    def paper(self):
        """The frozen quiz of this attempt: its own questions, in its own order."""
        paper = thaw(self.version).paper(self.layout, seed=self.seed)
        return paper.with_key_of(thaw(self.key)) if self.key else paper


class AnswerQuerySet(models.QuerySet):
    def awaiting(self):
        """Answers that were sent and that a human must still read."""
        return self.filter(points__isnull=True, max_points__isnull=False)


class Answer(models.Model):
    """The response to one question. Provisional until submission, which grades and keeps what was shown."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers", verbose_name="tentative")
    question_id = models.CharField("question", max_length=36)
    response = models.JSONField("réponse", default=list)
    # How sure the learner was, from 1 to 3, where the quiz asks.
    certainty = models.PositiveSmallIntegerField("certitude", null=True, blank=True)
    # What was checked in a formative quiz, oldest first: response, fraction, moment. Only ever appended to.
    tries = models.JSONField("essais", default=list, blank=True)
    saved_at = models.DateTimeField("enregistrée")
    # Who said it last: the revision of the attempt, the page and its message (see learners.merging). The
    # database knows the defaults too: during a deployment the code of before writes without them.
    revision = models.PositiveIntegerField("révision", default=0, db_default=0)
    page = models.CharField("page", max_length=32, blank=True, default="", db_default="")
    turn = models.PositiveIntegerField("message de la page", default=0, db_default=0)
    # Self-contained history: the words that the learner saw, the worth of the day.
    asked = models.TextField("question posée", blank=True)
    said = models.TextField("réponse donnée", blank=True)
    # From 0 to 1; with certainty or penalties, points say something else.
    fraction = models.FloatField("part de la réponse juste", null=True, blank=True)
    points = models.FloatField("points", null=True, blank=True)  # empty with max_points: a human must look
    max_points = models.PositiveSmallIntegerField("points possibles", null=True, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse"
        verbose_name_plural = "réponses"
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "question_id"],
                name="answer_once_per_question",
                violation_error_message="Cette question a déjà une réponse.",
            ),
            # With certainty, being sure and wrong costs twice what being sure and right earns.
            models.CheckConstraint(
                condition=Q(points__isnull=True)
                | Q(max_points__isnull=False, points__gte=F("max_points") * -2, points__lte=F("max_points")),
                name="answer_points_in_bounds",
                violation_error_message="Les points ne dépassent pas le maximum, ni ce qu’une erreur peut coûter.",
            ),
            models.CheckConstraint(
                condition=Q(certainty__isnull=True) | Q(certainty__gte=1, certainty__lte=3),
                name="answer_certainty_of_three",
                violation_error_message="La certitude va de 1 à 3.",
            ),
        ]
        indexes = [
            # The queue reads the few that wait, among all that were ever given.
            models.Index(
                fields=["attempt"], name="answer_awaiting", condition=Q(points__isnull=True, max_points__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.attempt_id} · {self.question_id}"

    @property
    def mark(self):
        """How this answer is called once graded: blank, noted, review, right, partly or again."""
        fraction = self.fraction
        if fraction is None and self.points is not None and self.max_points:
            fraction = self.points / self.max_points
        return mark_of(answered=bool(self.response), fraction=fraction, max_points=self.max_points)
