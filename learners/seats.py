"""Seats of a cohort: who takes one, who waits for one, and who gets the next.

The row of the cohort is the lock: whoever gives or frees a seat takes it before any enrolment. Locks are always taken
in the order person, cohorts by number, enrolments; rows that only point to a locked one do not wait for it.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from learners import letters
from learners.errors import CohortClosed, CohortFull, InAnotherCohort
from learners.models import Cohort, Enrolment, Letter, WaitingPlace


def locked(*pks):
    """These cohorts by primary key, locked until the end of the transaction; None among the keys is nobody's."""
    rows = Cohort.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[pk for pk in pks if pk])
    return {row.pk: row for row in rows.order_by("pk")}


def taken(cohort):
    """How many seats are taken. Staff who look around take none, nor those who withdrew."""
    return cohort.enrolments.active().filter(person__is_staff=False).count()


def left(cohort):
    """How many seats are free; None without a limit. A limit lowered below what is taken leaves none."""
    return None if cohort.seats is None else max(cohort.seats - taken(cohort), 0)


def today(cohort, at):
    """The day it is where the people of the cohort live."""
    return at.astimezone(cohort.zone).date()


def is_over(cohort, at):
    """Whether the cohort has ended."""
    return cohort.closes_on is not None and cohort.closes_on < today(cohort, at)


def takes_people(cohort, at):
    """Whether people may still come by themselves."""
    last = cohort.joined_until
    return not is_over(cohort, at) and (last is None or today(cohort, at) <= last)


def require_open(cohort, at, *, late=False):
    """Raise CohortClosed when nobody comes in any more; ``late`` is for whom somebody responsible lets in."""
    if is_over(cohort, at) or not (late or takes_people(cohort, at)):
        raise CohortClosed


def require_seat(cohort, person):
    """Raise CohortFull unless there is a seat for this person in this locked cohort."""
    if not person.is_staff and left(cohort) == 0:
        raise CohortFull


def offered(*, track_pk, person, at):
    """The cohorts of this track that anybody may join now, each with its free seats as ``free``. One query.

    None to whom already follows the track with a cohort.
    """
    seated = Q(enrolments__withdrawn_at__isnull=True, enrolments__person__is_staff=False)
    rows = Cohort.objects.filter(track=track_pk, open_to_all=True)
    # Days are compared below, where the people of the cohort live; nothing that ended long ago is read.
    rows = rows.filter(Q(closes_on__isnull=True) | Q(closes_on__gte=at.date() - timedelta(days=1)))
    if person.is_authenticated:
        with_cohort = Enrolment.objects.active().filter(person=person, cohort__isnull=False)
        rows = rows.exclude(Exists(with_cohort.filter(track=OuterRef("track"))))
    rows = rows.annotate(seated=Count("enrolments", filter=seated)).order_by("opens_on", "name", "pk")
    found = [cohort for cohort in rows if takes_people(cohort, at)]
    for cohort in found:
        cohort.free = None if cohort.seats is None else max(cohort.seats - cohort.seated, 0)
    return found


def wait(*, person, cohort, at, organisation="", sector="", late=False, tell=False):
    """The place of this person on the waiting list; the same one if they wait already, with what they say now.

    With a free seat, the place is given at once. ``tell`` writes to whom somebody else put on the list.
    """
    told = {name: value for name, value in (("organisation", organisation), ("sector", sector)) if value}
    with transaction.atomic():
        cohort = locked(cohort.pk)[cohort.pk]
        require_open(cohort, at, late=late)
        active = Enrolment.objects.active().filter(person=person, track=cohort.track_id, cohort__isnull=False).first()
        if active is not None and active.cohort_id != cohort.pk:
            raise InAnotherCohort
        if active is not None:
            # They came in meanwhile: there is nothing to wait for.
            return WaitingPlace(cohort=cohort, person=person, asked_at=at, given_at=at)
        place, created = WaitingPlace.objects.update_or_create(
            cohort=cohort,
            person=person,
            given_at=None,
            left_at=None,
            defaults=told,
            create_defaults={"asked_at": at, **told},
        )
        give(cohort, at)
        place.refresh_from_db()
        if created and tell and place.given_at is None:
            letters.write(kind=Letter.Kind.SEAT, person=person, key=f"waiting:{place.pk}", due_at=at)
        return place


def stop_waiting(*, person, cohort, at):
    """Take this person off the waiting list. Safe to repeat."""
    WaitingPlace.objects.waiting().filter(person=person, cohort=cohort).update(left_at=at)


def give_to(*, place_pk, at):
    """Give a free seat to somebody who waits, out of turn if need be; the place, given or gone meanwhile."""
    with transaction.atomic():
        place = WaitingPlace.objects.select_related("person").get(pk=place_pk)
        cohort = locked(place.cohort_id)[place.cohort_id]
        place.refresh_from_db(fields=["given_at", "left_at"])
        require_open(cohort, at, late=True)
        if place.given_at is None and place.left_at is None:
            if left(cohort) == 0:
                raise CohortFull("Toutes les places sont prises : ajoutez-en une, ou attendez qu’une se libère.")
            _seat(place, cohort, at)
        return place


def open_up(*, cohort, at):
    """Give the free seats of a cohort whose limit was changed to those who wait."""
    with transaction.atomic():
        give(locked(cohort.pk)[cohort.pk], at)


def give(cohort, at):
    """Give the free seats of this locked cohort to those who wait, the first come first."""
    waiting = list(WaitingPlace.objects.waiting().filter(cohort=cohort).select_related("person"))
    if not waiting or is_over(cohort, at):
        return
    free = left(cohort)
    for place in waiting:
        if free == 0:
            return
        if _seat(place, cohort, at) and free is not None:
            free -= 1


def _seat(place, cohort, at):
    """Give a seat of this locked cohort to who waits. False when they no longer need it."""
    person = place.person
    row = Enrolment.objects.select_for_update(of=("self",)).filter(person=person, track=cohort.track_id).first()
    elsewhere = row is not None and row.withdrawn_at is None and row.cohort_id is not None
    if elsewhere or not person.is_active:
        _close(place, left_at=at)
        return False
    if row is None:
        row, _ = Enrolment.objects.get_or_create(
            person=person, track_id=cohort.track_id, defaults={"enrolled_at": at, "last_activity_at": at}
        )
    if row.withdrawn_at is not None:
        row.withdrawn_at, row.last_activity_at = None, max(row.last_activity_at, at)
    row.cohort = cohort
    row.organisation, row.sector = row.organisation or place.organisation, row.sector or place.sector
    row.save(update_fields=["cohort", "withdrawn_at", "last_activity_at", "organisation", "sector"])
    _close(place, given_at=at)
    letters.write(kind=Letter.Kind.SEAT, person=person, enrolment=row, key=f"seat:{place.pk}", due_at=at)
    return True


def _close(place, **fields):
    """End this wait."""
    WaitingPlace.objects.filter(pk=place.pk).update(**fields)
    for name, value in fields.items():
        setattr(place, name, value)
