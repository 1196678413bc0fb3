"""ReminderRule: when the clock writes to somebody, and what. CohortSession: the hour of a session of a cohort."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from modelcluster.fields import ParentalKey

from courses.models import LessonPage, TrackPage
from learners.models.cohort import Cohort

LONGEST = 180
MOST_TIMES = 5


class CohortSession(models.Model):
    """When the people of a cohort meet for a step that is done by being there."""

    cohort = ParentalKey(Cohort, on_delete=models.CASCADE, related_name="sessions", verbose_name="cohorte")
    step = models.ForeignKey(
        LessonPage,
        on_delete=models.CASCADE,
        related_name="sessions",
        verbose_name="séance",
        limit_choices_to={"completion": LessonPage.Completion.ATTENDED},
    )
    starts_at = models.DateTimeField("jour et heure")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "date d’une séance"
        verbose_name_plural = "dates des séances"
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "step"],
                name="cohort_session_once",
                violation_error_message="Cette séance a déjà sa date dans cette cohorte.",
            ),
        ]

    def __str__(self):
        return f"{self.cohort} · {self.step}"


class ReminderRuleQuerySet(models.QuerySet):
    def on(self):
        """Those that the clock follows."""
        return self.filter(on_since__isnull=False)


class ReminderRule(models.Model):
    """One row of a track, or of a cohort, where it replaces those of the track of the same kind."""

    class Kind(models.TextChoices):
        SESSION = "session", "Une séance approche"
        CLOSING = "closing", "La cohorte va se terminer"
        LAST_STEP = "last_step", "Il ne reste qu’une étape"
        NOT_STARTED = "not_started", "N’a pas commencé"
        WEEK_TWO = "week_two", "Rien en deuxième semaine"
        INACTIVE = "inactive", "Ne vient plus"
        LATER = "later", "Des nouvelles, plus tard"
        REVIEWS = "reviews", "Des relectures attendent"

    # One of these speaks once for a silence: the first that matches has it for itself.
    SILENCES = frozenset({Kind.LAST_STEP, Kind.NOT_STARTED, Kind.WEEK_TWO, Kind.INACTIVE})

    track = models.ForeignKey(
        TrackPage, on_delete=models.CASCADE, related_name="reminder_rules", verbose_name="parcours"
    )
    cohort = models.ForeignKey(
        Cohort,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reminder_rules",
        verbose_name="cohorte",
        help_text="Vide : toutes les cohortes du parcours, et qui le suit sans cohorte.",
    )
    kind = models.CharField("quand", max_length=20, choices=Kind.choices)
    delay = models.PositiveSmallIntegerField(
        "délai",
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST)],
        help_text="En jours ; en mois pour « Des nouvelles, plus tard ».",
    )
    times = models.PositiveSmallIntegerField(
        "nombre de fois",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_TIMES)],
        help_text="Pour un même silence. Une séance, une clôture ou des nouvelles ne se rappellent qu’une fois.",
    )
    every = models.PositiveSmallIntegerField(
        "puis tous les (jours)", default=7, validators=[MinValueValidator(1), MaxValueValidator(LONGEST)]
    )
    place = models.PositiveSmallIntegerField(
        "ordre", default=0, help_text="Quand plusieurs règles conviennent le même jour, la première de la liste parle."
    )
    subject = models.CharField("objet", max_length=150, blank=True, help_text="Vide : le message du site.")
    text = models.TextField("texte", max_length=5_000, blank=True)
    # Off without a date. Whatever ripened long before it was switched on is left in peace.
    on_since = models.DateTimeField("en service depuis", null=True, blank=True)

    objects = ReminderRuleQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "règle de rappel"
        verbose_name_plural = "règles de rappel"
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "kind", "delay"],
                condition=Q(cohort__isnull=True),
                name="reminder_rule_once_per_track",
                violation_error_message="Ce parcours a déjà cette règle.",
            ),
            models.UniqueConstraint(
                fields=["cohort", "kind", "delay"],
                condition=Q(cohort__isnull=False),
                name="reminder_rule_once_per_cohort",
                violation_error_message="Cette cohorte a déjà cette règle.",
            ),
            models.CheckConstraint(
                condition=Q(delay__gte=1, delay__lte=LONGEST),
                name="reminder_rule_delay_in_bounds",
                violation_error_message=f"Le délai va de 1 à {LONGEST}.",
            ),
            models.CheckConstraint(
                condition=Q(times__gte=1, times__lte=MOST_TIMES, every__gte=1),
                name="reminder_rule_times_in_bounds",
                violation_error_message=f"Un rappel part de 1 à {MOST_TIMES} fois.",
            ),
            models.CheckConstraint(
                condition=Q(subject="", text="") | (~Q(subject="") & ~Q(text="")),
                name="reminder_rule_words_together",
                violation_error_message="L’objet et le texte s’écrivent ensemble, ou restent vides tous les deux.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.delay})"

    @property
    def on(self):
        """Whether the clock follows it."""
        return self.on_since is not None
