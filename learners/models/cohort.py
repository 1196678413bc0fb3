"""Cohort: people who follow a track together, and who leads them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from courses.models import QuizPage, TrackPage


class CohortQuerySet(models.QuerySet):
    def led_by(self, person):
        """Cohorts that this person may see."""
        return self if person.is_superuser else self.filter(leads__person=person)


class Cohort(ClusterableModel):
    name = models.CharField("nom", max_length=120)
    track = models.ForeignKey(
        TrackPage,
        # A track with history is unpublished, never deleted.
        on_delete=models.PROTECT,
        related_name="cohorts",
        verbose_name="parcours",
    )
    opens_on = models.DateField("début")
    closes_on = models.DateField("fin", null=True, blank=True)

    objects = CohortQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "cohorte"
        verbose_name_plural = "cohortes"
        ordering = ["-opens_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gt=F("opens_on")),
                name="cohort_opens_before_it_closes",
                violation_error_message="La cohorte doit se terminer après son début.",
            ),
            models.UniqueConstraint(
                fields=["track", "name"],
                name="cohort_name_once_per_track",
                violation_error_message="Ce parcours a déjà une cohorte de ce nom.",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The board of this cohort."""
        return reverse("lms:cohort", args=[self.pk])


class CohortLead(models.Model):
    """Who leads which cohort: the row that opens its board."""

    cohort = ParentalKey(Cohort, on_delete=models.CASCADE, related_name="leads", verbose_name="cohorte")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="leads", verbose_name="responsable"
    )

    class Meta:
        verbose_name = "responsable de cohorte"
        verbose_name_plural = "responsables de cohorte"
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "person"],
                name="cohort_lead_once",
                violation_error_message="Cette personne est déjà responsable de la cohorte.",
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.cohort}"


class CohortQuizWindow(models.Model):
    """When the people of a cohort may take a quiz. Without one, they may at any time."""

    cohort = ParentalKey(Cohort, on_delete=models.CASCADE, related_name="windows", verbose_name="cohorte")
    quiz = models.ForeignKey(QuizPage, on_delete=models.CASCADE, related_name="windows", verbose_name="quiz")
    opens_at = models.DateTimeField("ouverture", null=True, blank=True)
    closes_at = models.DateTimeField(
        "clôture", null=True, blank=True, help_text="Les aménagements de temps la repoussent d’autant."
    )

    class Meta:
        verbose_name = "dates d’un quiz"
        verbose_name_plural = "dates des quiz"
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "quiz"],
                name="cohort_quiz_window_once",
                violation_error_message="Ce quiz a déjà ses dates dans cette cohorte.",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="cohort_quiz_opens_before_it_closes",
                violation_error_message="Le quiz doit fermer après son ouverture.",
            ),
        ]

    def __str__(self):
        return f"{self.cohort} · {self.quiz}"
