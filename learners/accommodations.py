"""More time for those who need it."""

from django.db import transaction

from learners.models import Accommodation


def grant(*, person, extra_percent, by, at):
    """Give this person that much more time from now on; the accommodation before it ends."""
    with transaction.atomic():
        end(person=person, at=at)
        return Accommodation.objects.create(person=person, extra_percent=extra_percent, granted_by=by, granted_at=at)


def end(*, person, at):
    """End the accommodation of this person, if there is one."""
    Accommodation.objects.current().filter(person=person).update(ended_at=at)
