"""Completion: a step is done. A row or nothing, never a percentage."""

from django.conf import settings
from django.db import models

from courses.models import StepPage
from learners.models.enrolment import Enrolment


class Completion(models.Model):
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="completions", verbose_name="inscription"
    )
    step = models.ForeignKey(StepPage, on_delete=models.PROTECT, related_name="completions", verbose_name="étape")
    completed_at = models.DateTimeField("terminée")
    # Who took the register, for a step that is done by being there.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="présence relevée par",
    )

    class Meta:
        verbose_name = "étape terminée"
        verbose_name_plural = "étapes terminées"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "step"],
                name="completion_once_per_step",
                violation_error_message="Cette étape est déjà terminée.",
            ),
        ]

    def __str__(self):
        return f"{self.enrolment_id} · {self.step_id}"
