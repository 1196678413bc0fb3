"""Allowances (on screen: dérogations): one person may open something, or send it later, whatever the rules say."""

from django.db import transaction

from learners.errors import NotEnrolled
from learners.models import Allowance, Enrolment


def grant(*, enrolment, page, kind, comment, by, at, until=None):
    """The allowance of this enrolment for this page; the one before it ends. The same one when nothing differs."""
    with transaction.atomic():
        row = Enrolment.objects.locked(enrolment.pk)
        if row is None:
            raise NotEnrolled("Cette personne s’est retirée du parcours.")
        current = Allowance.objects.current().filter(enrolment=row, page_id=page.pk, kind=kind).first()
        if current is not None and (current.until, current.comment) == (until, comment):
            return current
        if current is not None:
            end(allowance=current, at=at)
        return Allowance.objects.create(
            enrolment=row, page_id=page.pk, kind=kind, until=until, comment=comment, granted_at=at, granted_by=by
        )


def end(*, allowance, at):
    """End an allowance: the rules of the track count again. Safe to repeat."""
    Allowance.objects.current().filter(pk=allowance.pk).update(ended_at=at)
