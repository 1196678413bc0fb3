"""Enrol and withdraw."""

from django.db import transaction

from learners import letters
from learners.models import Enrolment, Letter, User


def enrol(*, person, track_pk, at, cohort=None):
    """The active enrolment of this person in this track; the same one if it exists.

    A withdrawn enrolment is restored with everything that was done. A first enrolment is
    followed by a letter of welcome.
    """
    with transaction.atomic():
        # Serialises two clicks of one person; the constraint behind it would refuse the second.
        User.objects.select_for_update().get(pk=person.pk)
        enrolment, created = Enrolment.objects.get_or_create(
            person=person,
            track_id=track_pk,
            defaults={"enrolled_at": at, "last_activity_at": at, "cohort": cohort},
        )
        if enrolment.withdrawn_at is not None:
            enrolment.withdrawn_at = None
            enrolment.last_activity_at = at
            enrolment.save(update_fields=["withdrawn_at", "last_activity_at"])
        if created:
            letters.write(
                kind=Letter.Kind.WELCOME, person=person, enrolment=enrolment, key=f"welcome:{enrolment.pk}", due_at=at
            )
    return enrolment


def withdraw(*, person, track_pk, at):
    """Archive the enrolment of this person in this track, if there is an active one. Nothing is erased."""
    Enrolment.objects.active().filter(person=person, track_id=track_pk).update(withdrawn_at=at)
