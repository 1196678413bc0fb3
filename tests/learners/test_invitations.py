from datetime import timedelta

import pytest

from learners import invitations
from learners.errors import CohortFull, InvitationUnusable
from learners.models import Enrolment
from tests.factories.learners import NOW, enrol, make_cohort, make_person

LATER = NOW + timedelta(days=1)


@pytest.fixture
def lead(db):
    return make_person("samuel@example.org")


@pytest.fixture
def invitation(track, lead):
    return invitations.invite(cohort=make_cohort(track, lead=lead), by=lead, at=NOW)


def test_a_code_is_accepted_however_it_is_typed(invitation, learner):
    code = invitation.code
    for typed in (code, code.lower(), f" {code[:5]} – {code[5:]} ", invitation.printed_code):
        row = invitations.accept(code=typed, person=learner, at=NOW, organisation="La Ruche", sector="association")
    assert Enrolment.objects.get() == row
    assert (row.cohort, row.invitation, row.organisation) == (invitation.cohort, invitation, "La Ruche")


def test_an_unknown_an_expired_and_a_revoked_code_are_refused_with_the_same_words(invitation, lead, learner):
    expired = invitations.invite(cohort=invitation.cohort, by=lead, at=NOW, expires_at=NOW + timedelta(hours=1))
    revoked = invitations.invite(cohort=invitation.cohort, by=lead, at=NOW)
    for _ in range(2):
        invitations.revoke(invitation=revoked, by=lead, at=NOW)
    told = set()
    for code in ("AAAAABBBBB", "", "É" * 90, expired.code, revoked.code):
        with pytest.raises(InvitationUnusable) as refusal:
            invitations.accept(code=code, person=learner, at=LATER)
        told.add(str(refusal.value))
    assert len(told) == 1
    assert not Enrolment.objects.exists()


def test_those_who_came_stay_when_the_invitation_is_taken_back(invitation, lead, learner):
    row = invitations.accept(code=invitation.code, person=learner, at=NOW)
    invitations.revoke(invitation=invitation, by=lead, at=LATER)
    invitation.refresh_from_db()
    row.refresh_from_db()
    assert (invitation.revoked_by, row.withdrawn_at, list(invitation.enrolments.all())) == (lead, None, [row])


def test_an_invitation_gives_no_more_seats_than_there_are(invitation, track, learner):
    cohort = invitation.cohort
    cohort.seats = 1
    cohort.save()
    enrol(make_person("ali@example.org"), track, cohort=cohort)
    with pytest.raises(CohortFull):
        invitations.accept(code=invitation.code, person=learner, at=NOW)
