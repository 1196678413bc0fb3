"""Cohort: people who follow a track together, where they come from, and who leads them."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from courses.models import ModulePage, QuizPage, TrackPage
from learners.models.territory import Territory, TimeZone


class Sector(models.TextChoices):
    """Whom a learner comes from: alliances are made between them."""

    ASSOCIATION = "association", "Association"
    COMPANY = "entreprise", "Entreprise"
    AUTHORITY = "collectivite", "Collectivité"
    SCHOOL = "enseignement", "Établissement d’enseignement"
    OTHER = "autre", "Autre"


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
    time_zone = models.CharField(
        "territoire",
        max_length=40,
        choices=TimeZone.choices,
        default=TimeZone.PARIS,
        help_text="Les dates de la cohorte commencent à minuit, heure de ce territoire.",
    )
    alsace_moselle = models.BooleanField(
        "en Alsace ou en Moselle",
        default=False,
        db_default=False,
        help_text="Deux jours fériés de plus, où aucun rappel ne part. Ne change rien ailleurs que dans l’Hexagone.",
    )
    seats = models.PositiveSmallIntegerField(
        "places",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Vide : sans limite. Quand elle est pleine, on s’inscrit sur la liste d’attente.",
    )
    open_to_all = models.BooleanField(
        "proposée à tout le monde",
        default=False,
        help_text="La page du parcours la propose. Sinon, on y entre par une invitation ou une liste importée.",
    )
    joined_until = models.DateField(
        "inscriptions jusqu’au", null=True, blank=True, help_text="Ce jour compris. Vide : jusqu’à la fin."
    )

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
            models.CheckConstraint(
                condition=Q(seats__isnull=True) | Q(seats__gte=1),
                name="cohort_has_a_seat",
                violation_error_message="Une cohorte a au moins une place.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def zone(self):
        """Where its days begin and end."""
        return ZoneInfo(self.time_zone)

    @property
    def opens_at(self):
        """The moment when it begins, where its people live."""
        return datetime.combine(self.opens_on, time.min, tzinfo=self.zone)

    @property
    def territory(self):
        """Whose public holidays its people have, unless they say otherwise for themselves."""
        return Territory.at(self.time_zone, alsace_moselle=self.alsace_moselle)

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


class CohortOpening(models.Model):
    """When a module opens to a cohort, instead of the day that its author gave."""

    cohort = ParentalKey(Cohort, on_delete=models.CASCADE, related_name="openings", verbose_name="cohorte")
    module = models.ForeignKey(ModulePage, on_delete=models.CASCADE, related_name="openings", verbose_name="module")
    opens_on = models.DateField("ouverture")

    class Meta:
        verbose_name = "ouverture d’un module"
        verbose_name_plural = "ouvertures des modules"
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "module"],
                name="cohort_opening_once_per_module",
                violation_error_message="Ce module a déjà sa date dans cette cohorte.",
            ),
        ]

    def __str__(self):
        return f"{self.cohort} · {self.module}"


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
