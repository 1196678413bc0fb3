from datetime import timedelta

import pytest

from learners import allowances
from learners import enrolment as enrolments
from learners.errors import NotEnrolled
from learners.models import Allowance
from tests.factories.learners import NOW, make_person

LATER = NOW + timedelta(days=1)
UNTIL = NOW + timedelta(days=9)
EXTEND = Allowance.Kind.EXTEND


@pytest.fixture
def manager(db):
    return make_person("samuel@example.org", is_staff=True)


def grant(row, quiz, by, **changes):
    facts = {"kind": EXTEND, "comment": "Absence justifiée.", "until": UNTIL, "at": NOW}
    return allowances.grant(enrolment=row, page=quiz, by=by, **facts | changes)


def test_an_allowance_replaces_the_one_before_it_and_the_same_one_is_given_once(enrolment, quiz, manager):
    first = grant(enrolment, quiz, manager)
    assert grant(enrolment, quiz, manager, at=LATER) == first
    second = grant(enrolment, quiz, manager, until=UNTIL + timedelta(days=1), at=LATER)
    first.refresh_from_db()
    assert (first.ended_at, second.ended_at, second.granted_by) == (LATER, None, manager)
    assert Allowance.objects.current().get() == second


def test_an_allowance_of_another_kind_stands_beside_it(enrolment, quiz, manager):
    grant(enrolment, quiz, manager)
    grant(enrolment, quiz, manager, kind=Allowance.Kind.OPEN, until=None)
    assert Allowance.objects.current().count() == 2


def test_an_allowance_ends_once(enrolment, quiz, manager):
    given = grant(enrolment, quiz, manager)
    for at in (LATER, UNTIL):
        allowances.end(allowance=given, at=at)
    given.refresh_from_db()
    assert given.ended_at == LATER


def test_nothing_is_allowed_to_somebody_who_withdrew(enrolment, quiz, manager):
    enrolments.withdraw(person=enrolment.person, track_pk=enrolment.track_id, at=NOW)
    with pytest.raises(NotEnrolled):
        grant(enrolment, quiz, manager)
