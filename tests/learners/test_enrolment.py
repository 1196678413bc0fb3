from datetime import timedelta

import pytest

from learners import attempts, enrolment, progress
from learners.errors import NotEnrolled
from learners.models import Answer, Attempt, Completion, Enrolment, Letter
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol, right_responses

LATER = NOW + timedelta(days=3)
LATER_STILL = NOW + timedelta(days=40)


def test_enrolling_begins_an_enrolment_without_a_past(learner, track):
    row = enrol(learner, track)
    assert Enrolment.objects.values().get() == {
        "id": row.pk,
        "person_id": learner.pk,
        "track_id": track.pk,
        "cohort_id": None,
        "organisation": "",
        "sector": "",
        "pair_id": None,
        "invitation_id": None,
        "enrolled_at": NOW,
        "last_activity_at": NOW,
        "completed_at": None,
        "withdrawn_at": None,
    }


def test_enrolling_twice_gives_the_same_enrolment_and_changes_nothing(learner, track):
    first = enrol(learner, track)
    before = Enrolment.objects.values().get()
    assert enrol(learner, track, at=LATER).pk == first.pk
    assert Enrolment.objects.values().get() == before


def test_somebody_who_comes_with_a_cohort_follows_with_it(learner, track):
    cohort = learners.make_cohort(track)
    enrol(learner, track, cohort=cohort)
    assert list(cohort.enrolments.values_list("person__email", flat=True)) == ["nadia@example.org"]


def test_one_person_may_follow_two_tracks(learner, site, track):
    other_track = courses.make_track(site, slug="decideurs", modules=[(1, False)])
    for followed in (track, other_track):
        enrol(learner, followed)
    assert set(learner.enrolments.values_list("track_id", flat=True)) == {track.pk, other_track.pk}


def test_a_first_enrolment_writes_one_letter_of_welcome(learner, track):
    row = enrol(learner, track)
    enrol(learner, track, at=LATER)
    assert list(Letter.objects.values_list("kind", "key", "person_id", "enrolment_id", "address", "due_at")) == [
        ("welcome", f"welcome:{row.pk}", learner.pk, row.pk, "nadia@example.org", NOW)
    ]


def test_withdrawing_archives_the_enrolment_and_erases_nothing(learner, at_quiz):
    enrolment.withdraw(person=learner, track_pk=at_quiz.track_id, at=LATER)
    assert Enrolment.objects.values_list("pk", "withdrawn_at", "enrolled_at").get() == (at_quiz.pk, LATER, NOW)
    assert Completion.objects.filter(enrolment=at_quiz).count() == 2


def test_withdrawing_twice_keeps_the_date_of_the_first_time(learner, at_quiz):
    enrolment.withdraw(person=learner, track_pk=at_quiz.track_id, at=LATER)
    enrolment.withdraw(person=learner, track_pk=at_quiz.track_id, at=LATER_STILL)
    assert Enrolment.objects.get().withdrawn_at == LATER


def test_withdrawing_touches_neither_another_person_nor_another_track(learner, site, track):
    other_track = courses.make_track(site, slug="decideurs", modules=[(1, False)])
    somebody = learners.make_person("tom@example.org")
    for person, followed in ((learner, track), (learner, other_track), (somebody, track)):
        enrol(person, followed)
    enrolment.withdraw(person=learner, track_pk=track.pk, at=LATER)
    assert set(Enrolment.objects.active().values_list("person_id", "track_id")) == {
        (learner.pk, other_track.pk),
        (somebody.pk, track.pk),
    }


def test_withdrawing_without_being_enrolled_writes_nothing(learner, track):
    enrolment.withdraw(person=learner, track_pk=track.pk, at=LATER)
    assert Enrolment.objects.count() == 0


def test_nothing_is_recorded_for_somebody_who_withdrew(learner, enrolment_with_an_open_attempt):
    row, attempt = enrolment_with_an_open_attempt
    enrolment.withdraw(person=learner, track_pk=row.track_id, at=LATER)
    before = history_of(row)
    for act in (
        lambda: progress.complete(enrolment_pk=row.pk, step_pk=attempt.quiz_id, at=LATER),
        lambda: attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=attempt.quiz_id, at=LATER),
        lambda: attempts.save(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER),
        lambda: attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER),
    ):
        with pytest.raises(NotEnrolled):
            act()
    assert history_of(row) == before


def test_coming_back_restores_everything_that_was_done(learner, enrolment_with_an_open_attempt):
    row, _attempt = enrolment_with_an_open_attempt
    before = history_of(row)
    enrolment.withdraw(person=learner, track_pk=row.track_id, at=LATER)
    back = enrolment.enrol(person=learner, track_pk=row.track_id, at=LATER_STILL)
    assert back.pk == row.pk
    assert history_of(row) == before
    assert Enrolment.objects.values_list("enrolled_at", "last_activity_at", "withdrawn_at").get() == (
        NOW,
        LATER_STILL,
        None,
    )


def test_coming_back_writes_no_second_welcome(learner, enrolment_with_an_open_attempt):
    row, _attempt = enrolment_with_an_open_attempt
    enrolment.withdraw(person=learner, track_pk=row.track_id, at=LATER)
    enrolment.enrol(person=learner, track_pk=row.track_id, at=LATER_STILL)
    assert list(Letter.objects.values_list("key", "due_at")) == [(f"welcome:{row.pk}", NOW)]


def test_somebody_who_finished_withdrew_and_came_back_is_still_finished(learner, enrolment_finished):
    enrolment.withdraw(person=learner, track_pk=enrolment_finished.track_id, at=LATER)
    back = enrolment.enrol(person=learner, track_pk=enrolment_finished.track_id, at=LATER_STILL)
    assert (back.completed_at, back.certificate.pk) == (NOW, enrolment_finished.certificate.pk)


@pytest.fixture
def enrolment_finished(enrolment):
    return learners.finish(enrolment)


@pytest.fixture
def enrolment_with_an_open_attempt(at_quiz, quiz):
    attempt = attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=quiz.pk, at=NOW)
    first, *_ = right_responses(attempt).items()
    attempts.save(attempt_pk=attempt.pk, responses=dict([first]), at=NOW)
    return at_quiz, attempt


def history_of(row):
    """Every row that tells what this learner did."""
    return (
        list(Completion.objects.filter(enrolment=row).order_by("pk").values()),
        list(Attempt.objects.filter(enrolment=row).order_by("pk").values()),
        list(Answer.objects.filter(attempt__enrolment=row).order_by("pk").values()),
    )
