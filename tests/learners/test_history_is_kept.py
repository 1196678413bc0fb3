"""Pages, cohorts and people that carry history are not deleted, neither by a click nor by a programme."""

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.models import Page

from courses.models import ModulePage, StepPage, TrackPage
from learners import attempts, certificates
from learners.models import Attempt, Cohort, Completion, Enrolment, User
from learners.wagtail_hooks import PAGE_STAYS, PERSON_STAYS
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol
from tests.worlds import made_once


@pytest.fixture
def admin(client, db):
    """An administrator at the desk of the CMS."""
    client.force_login(User.objects.create_superuser("louise@example.org"))
    return client


@made_once
def other_track(published):
    """A track that nobody follows."""
    return courses.make_track(published[0], slug="decideurs", modules=[(1, True)])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def a_lesson_that_was_read(learner, track):
    step = StepPage.objects.filter(lessonpage__isnull=False).descendant_of(track).first().specific
    learners.finish(enrol(learner, track), steps=1)
    return step


def a_module_where_a_lesson_was_read(learner, track):
    return a_lesson_that_was_read(learner, track).get_parent().specific


def a_quiz_that_was_begun(learner, track):
    row = learners.finish(enrol(learner, track), steps=2)
    quiz = StepPage.objects.filter(quizpage__isnull=False).descendant_of(track).get().specific
    attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
    return quiz


def a_track_that_somebody_follows(learner, track):
    enrol(learner, track)
    return track


def a_track_with_an_empty_cohort(learner, track):
    learners.make_cohort(track)
    return track


def the_catalogue_above(learner, track):
    enrol(learner, track)
    return track.get_parent().specific


WITH_HISTORY = [
    a_lesson_that_was_read,
    a_module_where_a_lesson_was_read,
    a_quiz_that_was_begun,
    a_track_that_somebody_follows,
    a_track_with_an_empty_cohort,
    the_catalogue_above,
]


@pytest.mark.parametrize("make", WITH_HISTORY)
def test_the_admin_refuses_to_delete_a_page_with_history_and_says_why(admin, learner, track, make):
    page = make(learner, track)
    before = list(Page.objects.order_by("pk").values_list("pk", flat=True))
    response = admin.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert response.url == reverse("wagtailadmin_explore", args=[page.get_parent().pk])
    assert said(response) == [PAGE_STAYS.format(page.title)]
    assert list(Page.objects.order_by("pk").values_list("pk", flat=True)) == before


@pytest.mark.parametrize("make", WITH_HISTORY)
def test_a_selection_that_holds_a_page_with_history_is_not_deleted(admin, learner, track, other_track, make):
    page = make(learner, track)
    before = list(Page.objects.order_by("pk").values_list("pk", flat=True))
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    response = admin.post(f"{address}?id={other_track.pk}&id={page.pk}&next=/admin/")
    assert said(response) == [PAGE_STAYS.format(page.title)]
    assert list(Page.objects.order_by("pk").values_list("pk", flat=True)) == before


@pytest.mark.parametrize("make", WITH_HISTORY)
def test_the_database_refuses_to_delete_a_page_with_history(learner, track, make):
    page = make(learner, track)
    before = records()
    with pytest.raises(ProtectedError), transaction.atomic():
        page.delete()
    assert records() == before
    assert Page.objects.filter(pk=page.pk).count() == 1


def records():
    return [list(model.objects.order_by("pk").values()) for model in (Enrolment, Completion, Attempt, Cohort)]


def test_a_page_without_history_can_be_deleted_beside_one_that_has_some(admin, learner, track, outline):
    learners.finish(enrol(learner, track), steps=1)
    untouched = outline.steps[3]
    admin.post(reverse("wagtailadmin_pages:delete", args=[untouched.pk]))
    assert StepPage.objects.filter(pk=untouched.pk).count() == 0


def test_a_track_that_nobody_follows_can_be_deleted_with_all_it_holds(admin, other_track):
    below = Page.objects.descendant_of(other_track, inclusive=True)
    assert below.count() == 4
    admin.post(reverse("wagtailadmin_pages:delete", args=[other_track.pk]))
    assert TrackPage.objects.filter(slug="decideurs").count() == 0
    assert (ModulePage.objects.count(), StepPage.objects.count()) == (2, 4)


def test_unpublishing_a_page_with_history_loses_nothing(admin, learner, track):
    page = a_lesson_that_was_read(learner, track)
    before = records()
    admin.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
    assert Page.objects.get(pk=page.pk).live is False
    assert records() == before


def test_a_cohort_with_learners_is_not_deleted(learner, track):
    cohort = learners.make_cohort(track)
    enrol(learner, track, cohort=cohort)
    with pytest.raises(ProtectedError), transaction.atomic():
        cohort.delete()
    assert Enrolment.objects.get().cohort == cohort


def test_a_person_with_history_is_not_deleted(learner, track):
    enrol(learner, track)
    with pytest.raises(ProtectedError), transaction.atomic():
        learner.delete()
    assert Enrolment.objects.get().person == learner


def test_the_admin_refuses_to_delete_a_person_with_history_and_says_why(admin, learner, track):
    enrol(learner, track)
    response = admin.post(reverse("wagtailusers_users:delete", args=[learner.pk]))
    assert said(response) == [PERSON_STAYS.format("Nadia Benali")]
    assert User.objects.filter(pk=learner.pk).count() == 1


def test_a_module_that_an_attestation_names_is_not_deleted_even_when_its_steps_have_gone_elsewhere(
    admin, learner, track
):
    module, row = courses.take_alone(track), learners.finish(enrol(learner, track), steps=3)
    certificates.issue_for_module(enrolment_pk=row.pk, module_pk=module.pk, at=NOW)
    other = track.get_children().last()
    for step in module.get_children():
        step.move(other, pos="last-child")
    response = admin.post(reverse("wagtailadmin_pages:delete", args=[module.pk]))
    assert said(response) == [PAGE_STAYS.format("Module 1")]
    assert ModulePage.objects.filter(pk=module.pk).exists()


def test_an_attestation_is_deleted_by_nobody(learner, track, admin):
    row = learners.finish(enrol(learner, track))
    with pytest.raises(ProtectedError), transaction.atomic():
        row.delete()
    admin.post(reverse("certificates:delete", args=[row.certificate.pk]))
    row.refresh_from_db()
    assert row.certificate.enrolment_id == row.pk
