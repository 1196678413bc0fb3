"""Pairs (on screen: binômes): two people of a cohort who go through the track together."""

from django.db import transaction

from learners.errors import NotPairable
from learners.models import Enrolment, EnrolmentChange, Pair

PAIRED = EnrolmentChange.Kind.PAIRED


def pair(*, first, second, by, at):
    """The pair of these two enrolments; the same one if they already are one. Raises NotPairable."""
    with transaction.atomic():
        rows = list(
            Enrolment.objects.active()
            .select_for_update(of=("self",))
            .select_related("person")
            .filter(pk__in=[first.pk, second.pk])
            .order_by("pk")
        )
        if len(rows) != 2 or rows[0].cohort_id is None or rows[0].cohort_id != rows[1].cohort_id:
            raise NotPairable
        one, other = rows
        if one.pair_id is not None and one.pair_id == other.pair_id:
            return one.pair
        if one.pair_id or other.pair_id:
            raise NotPairable
        made = Pair.objects.create(cohort_id=one.cohort_id, made_at=at, made_by=by)
        Enrolment.objects.filter(pk__in=[one.pk, other.pk]).update(pair=made)
        for row, mate in ((one, other), (other, one)):
            EnrolmentChange.objects.create(
                enrolment=row, kind=PAIRED, after=str(mate.person)[:240], changed_at=at, changed_by=by
            )
        return made


def unpair(*, pair, by, at):
    """Part a pair; each goes on alone. Safe to repeat."""
    with transaction.atomic():
        members = list(Enrolment.objects.select_for_update(of=("self",)).filter(pair=pair.pk).order_by("pk"))
        people = {row.pk: str(row.person) for row in members}
        for row in members:
            mates = ", ".join(name for pk, name in people.items() if pk != row.pk)
            EnrolmentChange.objects.create(enrolment=row, kind=PAIRED, before=mates[:240], changed_at=at, changed_by=by)
        Enrolment.objects.filter(pk__in=people).update(pair=None)
        Pair.objects.filter(pk=pair.pk).delete()
