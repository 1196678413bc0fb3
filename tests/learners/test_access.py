from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from learners import access, attempts
from learners.models import Cohort, CohortLead, User
from tests.factories import learners
from tests.factories.learners import NOW


@pytest.fixture
def people(track):
    """Two cohorts of one track, each with its lead and a learner; an administrator; somebody who writes."""
    ours, theirs = (learners.make_cohort(track, name=name) for name in ("Automne", "Printemps"))
    found = SimpleNamespace(ours=ours, theirs=theirs)
    for name in ("lead", "other_lead", "member", "stranger"):
        setattr(found, name, learners.make_person(f"{name}@example.org"))
    found.staff = learners.make_person("staff@example.org", is_staff=True)
    found.admin = User.objects.create_superuser("admin@example.org")
    found.visitor = AnonymousUser()
    CohortLead.objects.create(cohort=ours, person=found.lead)
    CohortLead.objects.create(cohort=theirs, person=found.other_lead)
    learners.enrol(found.member, track, cohort=ours)
    return found


WHO = ("lead", "other_lead", "member", "stranger", "staff", "admin", "visitor")


def test_a_cohort_is_seen_by_those_who_lead_it_and_administrators(people):
    assert {name for name in WHO if access.may_see_cohort(getattr(people, name), people.ours)} == {"lead", "admin"}
    assert {name for name in WHO if access.may_see_cohort(getattr(people, name), people.theirs)} == {
        "other_lead",
        "admin",
    }


def test_a_cohort_led_by_two_people_is_seen_by_both(people):
    CohortLead.objects.create(cohort=people.ours, person=people.other_lead)
    assert {name for name in WHO if access.may_see_cohort(getattr(people, name), people.ours)} == {
        "lead",
        "other_lead",
        "admin",
    }


def test_the_list_of_cohorts_holds_exactly_those_that_may_be_seen(people):
    listed = {name: set(Cohort.objects.led_by(getattr(people, name))) for name in WHO if name != "visitor"}
    assert listed == {
        name: {one for one in (people.ours, people.theirs) if access.may_see_cohort(getattr(people, name), one)}
        for name in listed
    }
    assert listed["lead"] == {people.ours}


def test_an_attempt_is_seen_by_its_owner_and_by_nobody_else(people, track, quiz):
    row = learners.finish(learners.enrol(people.member, track), steps=2)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
    assert {name for name in WHO if access.may_see_attempt(getattr(people, name), attempt)} == {"member"}
