"""Enrolment: a person follows a track; the row that is locked before anything is decided. Pair, and its changes."""

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Greatest

from courses.models import TrackPage
from learners.models.cohort import Cohort, Sector
from learners.models.invitation import Invitation


class EnrolmentQuerySet(models.QuerySet):
    def active(self):
        """Enrolments that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def unfinished(self):
        """Enrolments whose track is not completed yet."""
        return self.filter(completed_at__isnull=True)

    def silent_since(self, moment):
        """Enrolments without any activity since that moment."""
        return self.filter(last_activity_at__lt=moment)

    def locked(self, pk):
        """The active enrolment, locked until the end of the transaction; None if withdrawn or unknown.

        Every verb that decides something about a learner takes this lock first, and no other.
        """
        return self.active().select_for_update(of=("self",)).filter(pk=pk).first()

    def locked_for(self, attempt_pk):
        """The same, of the enrolment that made this attempt."""
        return self.active().select_for_update(of=("self",)).filter(attempts=attempt_pk).first()

    def locked_by_activity(self, *, attempt_pk, at):
        """Take that lock by writing down that the learner is active: one statement instead of two.

        False when the enrolment of that attempt is withdrawn, or the attempt unknown. The moment
        of the last activity never goes back in time.
        """
        newest = Greatest(F("last_activity_at"), Value(at, output_field=models.DateTimeField()))
        return bool(self.active().filter(attempts__pk=attempt_pk).update(last_activity_at=newest))

    def with_progress(self, outline):
        """Adds ``done``: how many of the live required steps of this outline are completed.

        The figure of every list; ``standing.progress_of`` gives the same one for a page.
        """
        return self.annotate(done=Count("completions", filter=Q(completions__step_id__in=outline.required_ids)))


class Pair(models.Model):
    """A binôme: two people of a cohort who go through the track together."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="pairs", verbose_name="cohorte")
    made_at = models.DateTimeField("formé")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="formé par",
    )

    class Meta:
        verbose_name = "binôme"
        verbose_name_plural = "binômes"

    def __str__(self):
        return f"binôme {self.pk}"


class Enrolment(models.Model):
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # A person is erased by learners.erasure, which keeps the counts; never by a cascade.
        on_delete=models.PROTECT,
        related_name="enrolments",
        verbose_name="personne",
    )
    track = models.ForeignKey(TrackPage, on_delete=models.PROTECT, related_name="enrolments", verbose_name="parcours")
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments", verbose_name="cohorte"
    )
    organisation = models.CharField("organisation", max_length=160, blank=True)
    sector = models.CharField("secteur", max_length=20, choices=Sector.choices, blank=True)
    pair = models.ForeignKey(
        Pair, on_delete=models.SET_NULL, null=True, blank=True, related_name="members", verbose_name="binôme"
    )
    invitation = models.ForeignKey(
        Invitation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="enrolments",
        verbose_name="venue par l’invitation",
    )
    enrolled_at = models.DateTimeField("inscription")
    last_activity_at = models.DateTimeField("dernière activité")
    completed_at = models.DateTimeField("terminé", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retrait", null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        verbose_name_plural = "inscriptions"
        constraints = [
            # Withdrawing archives this row and returning restores it: there is never a second one.
            models.UniqueConstraint(
                fields=["person", "track"],
                name="enrolment_once_per_track",
                violation_error_message="Cette personne est déjà inscrite à ce parcours.",
            ),
            models.CheckConstraint(
                condition=Q(last_activity_at__gte=F("enrolled_at")),
                name="enrolment_activity_after_start",
                violation_error_message="La dernière activité ne peut pas précéder l’inscription.",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(completed_at__gte=F("enrolled_at")),
                name="enrolment_completed_after_start",
                violation_error_message="Un parcours ne peut pas être terminé avant l’inscription.",
            ),
        ]
        indexes = [
            # The sweep looks for the silent among the active and unfinished, and for nobody else.
            models.Index(
                fields=["track", "last_activity_at"],
                name="enrolment_silent",
                condition=Q(withdrawn_at__isnull=True, completed_at__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.person_id} · {self.track_id}"

    @property
    def could_begin_at(self):
        """When the person could begin: once enrolled, and once their cohort is open."""
        return max(self.enrolled_at, self.cohort.opens_at) if self.cohort else self.enrolled_at


class EnrolmentChange(models.Model):
    """What somebody changed of an enrolment, when and why. Rows are added, never edited."""

    class Kind(models.TextChoices):
        MOVED = "moved", "Changement de cohorte"
        WITHDRAWN = "withdrawn", "Retrait"
        RESTORED = "restored", "Retour"
        PAIRED = "paired", "Binôme"
        DETAILS = "details", "Organisation ou secteur"
        ATTENDANCE = "attendance", "Feuille de présence"

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="changes", verbose_name="inscription"
    )
    kind = models.CharField("nature", max_length=20, choices=Kind.choices)
    before = models.CharField("avant", max_length=240, blank=True)
    after = models.CharField("après", max_length=240, blank=True)
    changed_at = models.DateTimeField("le")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    reason = models.CharField("motif", max_length=240, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "changement d’inscription"
        verbose_name_plural = "changements d’inscriptions"
        ordering = ["-changed_at", "-pk"]

    def __str__(self):
        return f"{self.enrolment_id} · {self.get_kind_display()}"
