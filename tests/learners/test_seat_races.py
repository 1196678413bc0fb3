"""The last seat, asked for by several people at the same time, over several real connections."""

from collections import Counter

import pytest

from learners import admissions, pairs, seats
from learners import enrolment as enrolments
from learners.errors import CohortFull, NotPairable
from learners.models import Enrolment, Pair, User, WaitingPlace
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol
from tests.learners.test_races import at_once, crowds, letters_of, on_postgresql


@pytest.fixture
def cohort(real_commits):
    """A cohort of one seat."""
    track = courses.make_track(courses.make_site(), modules=[(1, False)])
    made = learners.make_cohort(track)
    made.seats = 1
    made.save()
    return made


def crowd(number):
    return [learners.make_person(f"p{one}@example.org") for one in range(number)]


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_the_last_seat_asked_for_by_several_people_is_given_once(cohort, number):
    people = crowd(number)
    outcomes = at_once(number, lambda one: type(enrol(people[one - 1], cohort.track, cohort=cohort)))
    assert Counter(outcomes) == {Enrolment: 1, CohortFull: number - 1}
    assert cohort.enrolments.count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_one_seat_that_is_freed_goes_to_one_of_those_who_wait_and_to_nobody_who_passes(cohort, number):
    leaving = enrol(learners.make_person("leaving@example.org"), cohort.track, cohort=cohort)
    people = crowd(number)
    for person in people[:-1]:
        seats.wait(person=person, cohort=cohort, at=NOW)

    def act(one):
        if one == number:
            return enrol(people[-1], cohort.track, cohort=cohort)
        return enrolments.withdraw(person=leaving.person, track_pk=cohort.track_id, at=NOW)

    at_once(number, act)
    assert list(cohort.enrolments.active().values_list("person__email", flat=True)) == ["p0@example.org"]
    assert WaitingPlace.objects.waiting().count() == number - 2
    assert letters_of("seat") == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_those_who_wait_come_back_and_leave_together_without_a_deadlock(cohort):
    first = enrol(learners.make_person("first@example.org"), cohort.track, cohort=cohort)
    people = crowd(6)
    for person in people:
        seats.wait(person=person, cohort=cohort, at=NOW)

    def act(one):
        if one == 1:
            enrolments.withdraw(person=first.person, track_pk=cohort.track_id, at=NOW)
        elif one % 2:
            enrol(people[one - 2], cohort.track)
        else:
            enrol(people[one - 2], cohort.track, cohort=cohort)

    at_once(7, act)
    assert cohort.enrolments.active().count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_one_person_paired_with_two_others_at_once_has_one_pair(cohort):
    cohort.seats = None
    cohort.save()
    rows = [enrol(person, cohort.track, cohort=cohort) for person in crowd(3)]
    manager = learners.make_person("samuel@example.org")
    outcomes = at_once(2, lambda one: type(pairs.pair(first=rows[0], second=rows[one], by=manager, at=NOW)))
    assert Counter(outcomes) == {Pair: 1, NotPairable: 1}


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_list_confirmed_by_several_presses_enrols_each_person_once_and_fills_no_more_than_the_seats(cohort):
    cohort.seats = 3
    cohort.save()
    manager = learners.make_person("samuel@example.org")
    lines = "".join(f"p{one}@exemple.fr;Prénom;Nom\n" for one in range(5))
    plan = admissions.dry_run(f"email;prénom;nom\n{lines}".encode(), cohort=cohort, by=manager)
    at_once(4, lambda one: admissions.confirm(plan.parcel, cohort=cohort, by=manager, at=NOW))
    assert User.objects.filter(email__endswith="@exemple.fr").count() == 5
    assert (cohort.enrolments.active().count(), WaitingPlace.objects.waiting().count()) == (3, 2)
    assert (letters_of("welcome"), letters_of("seat")) == (3, 2)
