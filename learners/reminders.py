"""Who fell silent, and the one letter that tells them what is done and what comes next."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from courses.outline import outlines
from learners import letters, subscriptions
from learners.models import Enrolment, Letter


def key_of(enrolment):
    """The key of the reminder of this silence: a second sweep, or a second clock, meets the same row.

    A learner who comes back and falls silent again begins another silence.
    """
    return f"reminder:{enrolment.pk}:{enrolment.last_activity_at:%Y%m%d%H%M%S}"


def due(outline, *, now):
    """Active, unfinished enrolments of this track, silent for the track's number of days. One query.

    Leaves out who refuses reminders, who was already reminded of this silence, and whose account
    is closed. A missed night is caught up by the next sweep.
    """
    silent = now - timedelta(days=outline.reminder_after_days)
    this_silence = Letter.objects.filter(
        enrolment=OuterRef("pk"), kind=Letter.Kind.REMINDER, due_at__gte=OuterRef("last_activity_at")
    )
    return (
        Enrolment.objects.active()
        .unfinished()
        .silent_since(silent)
        .filter(track_id=outline.pk, person__is_active=True)
        .exclude(person__in=subscriptions.refusals_of(Letter.Kind.REMINDER).values("person"))
        .exclude(Exists(this_silence))
        .select_related("person")
    )


def write_due(*, now):
    """Write the reminders that are due, one transaction each. Returns how many were written."""
    written = 0
    for outline in outlines():
        if not outline.reminder_after_days or not outline.steps:
            continue
        for enrolment in due(outline, now=now).iterator(chunk_size=500):
            with transaction.atomic():
                letters.write(
                    kind=Letter.Kind.REMINDER,
                    person=enrolment.person,
                    enrolment=enrolment,
                    key=key_of(enrolment),
                    due_at=now,
                )
            written += 1
    return written
