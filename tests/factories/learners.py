"""The smallest valid people and records; history is made by the verbs."""

from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page

from courses.models import QuizPage
from courses.outline import outline_by_pk
from learners import attempts, enrolment, progress
from learners.models import Cohort, CohortLead, User

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def make_person(email="lea@example.org", *, password=None, **fields):
    """Somebody with a confirmed address."""
    person = User.objects.create_user(email, password, **{"first_name": "Léa", "last_name": "Roux", **fields})
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def make_instructor(email, *, page=None, **fields):
    """Somebody who writes the tracks below that page; all of them by default."""
    page = page or Page.objects.get(depth=1)
    group, _ = Group.objects.get_or_create(name=f"Écrit {page.title}")
    right = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
    GroupPagePermission.objects.get_or_create(group=group, page=page, permission=right)
    person = make_person(email, **fields)
    person.groups.add(group)
    return person


def make_cohort(track, *, lead=None, name="Automne", opens_on=None):
    """A cohort of that track, led by that person."""
    cohort = Cohort.objects.create(track_id=track.pk, name=name, opens_on=opens_on or (NOW - timedelta(weeks=4)).date())
    if lead:
        CohortLead.objects.create(cohort=cohort, person=lead)
    return cohort


def enrol(person, track, *, at=NOW, cohort=None):
    """The enrolment of that person."""
    return enrolment.enrol(person=person, track_pk=track.pk, at=at, cohort=cohort)


def right_responses(attempt):
    """The faultless responses to the questions of an attempt."""
    return {question.id: question.right_response for question in attempt.paper.questions}


def finish_step(row, step, *, at=NOW):
    """Finish one step, by reading or by faultless answers."""
    if step.kind == QuizPage.kind:
        attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=step.pk, at=at)
        attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=at)
    else:
        progress.complete(enrolment_pk=row.pk, step_pk=step.pk, at=at)


def finish(row, *, steps=None, at=NOW):
    """Finish that many steps of the track in order; all of them by default."""
    for step in outline_by_pk(row.track_id).steps[:steps]:
        finish_step(row, step, at=at)
    row.refresh_from_db()
    return row
