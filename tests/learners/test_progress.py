from datetime import timedelta

import pytest
from django.db import IntegrityError

from courses.models import ModulePage, StepPage
from courses.outline import outline_by_pk
from learners import attempts, progress, standing
from learners import enrolment as enrolments
from learners.errors import NotEnrolled, StepGone, StepLocked
from learners.models import Attempt, Certificate, Completion, Enrolment, Letter, User
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol, right_responses

LATER = NOW + timedelta(days=2)
LATER_STILL = NOW + timedelta(days=9)


def edit(step, **fields):
    """An author changes a page and publishes it."""
    page = StepPage.objects.get(pk=step.pk).specific
    for name, value in fields.items():
        setattr(page, name, value)
    return courses.publish(page)


def unpublish(step):
    """An author takes a page off the site."""
    StepPage.objects.get(pk=step.pk).specific.unpublish()


def records():
    """Every row that a completion may write."""
    return (
        list(Completion.objects.order_by("pk").values()),
        list(Enrolment.objects.order_by("pk").values()),
        list(Certificate.objects.order_by("pk").values()),
        list(Letter.objects.order_by("pk").values()),
    )


# ------------------------------------------------------------ one step


def test_finishing_a_step_is_a_row_and_a_sign_of_activity(enrolment, lesson):
    completion = progress.complete(enrolment_pk=enrolment.pk, step_pk=lesson.pk, at=LATER)
    assert Completion.objects.values().get() == {
        "id": completion.pk,
        "enrolment_id": enrolment.pk,
        "step_id": lesson.pk,
        "completed_at": LATER,
        "recorded_by_id": None,
    }
    assert Enrolment.objects.values_list("last_activity_at", "completed_at").get() == (LATER, None)


def test_finishing_a_step_twice_gives_the_same_row_with_the_first_date(enrolment, lesson):
    first = progress.complete(enrolment_pk=enrolment.pk, step_pk=lesson.pk, at=NOW)
    second = progress.complete(enrolment_pk=enrolment.pk, step_pk=lesson.pk, at=LATER)
    assert (second.pk, second.completed_at) == (first.pk, NOW)
    assert Completion.objects.values_list("pk", "completed_at").get() == (first.pk, NOW)


def test_activity_never_goes_back_in_time(enrolment, outline):
    first, second, *_ = outline.steps
    progress.complete(enrolment_pk=enrolment.pk, step_pk=first.pk, at=LATER)
    progress.complete(enrolment_pk=enrolment.pk, step_pk=second.pk, at=NOW)
    assert Enrolment.objects.get().last_activity_at == LATER


def test_a_locked_step_is_refused_and_nothing_is_written(enrolment, outline):
    before = records()
    with pytest.raises(StepLocked) as refused:
        progress.complete(enrolment_pk=enrolment.pk, step_pk=outline.steps[1].pk, at=LATER)
    assert str(refused.value) == "Cette étape s’ouvre quand « Leçon 1.1 » est terminée."
    assert refused.value.link == outline.steps[0].url
    assert records() == before


def test_in_a_free_track_steps_are_finished_in_any_order(enrolment, track, outline):
    track.in_order = False
    courses.publish(track)
    last, first = outline.steps[3], outline.steps[0]
    for step in (last, first):
        progress.complete(enrolment_pk=enrolment.pk, step_pk=step.pk, at=LATER)
    assert set(Completion.objects.values_list("step_id", flat=True)) == {first.pk, last.pk}


def test_an_unpublished_step_is_refused_and_nothing_is_written(enrolment, lesson):
    unpublish(lesson)
    before = records()
    with pytest.raises(StepGone) as refused:
        progress.complete(enrolment_pk=enrolment.pk, step_pk=lesson.pk, at=LATER)
    assert str(refused.value) == "Cette étape n’est plus proposée. Rien de ce que vous avez fait n’est perdu."
    assert records() == before


def test_a_step_of_an_unpublished_module_is_refused(enrolment, lesson):
    ModulePage.objects.get(pk=lesson.module_pk).unpublish()
    with pytest.raises(StepGone):
        progress.complete(enrolment_pk=enrolment.pk, step_pk=lesson.pk, at=LATER)
    assert Completion.objects.count() == 0


def test_a_step_of_an_unpublished_track_is_refused(enrolment, track, lesson):
    track.unpublish()
    with pytest.raises(StepGone):
        progress.complete(enrolment_pk=enrolment.pk, step_pk=lesson.pk, at=LATER)
    assert Completion.objects.count() == 0


def test_a_step_of_another_track_is_refused(enrolment, site):
    elsewhere = outline_by_pk(courses.make_track(site, slug="decideurs", modules=[(1, False)]).pk).first
    with pytest.raises(StepGone):
        progress.complete(enrolment_pk=enrolment.pk, step_pk=elsewhere.pk, at=LATER)
    assert Completion.objects.count() == 0


@pytest.mark.django_db
def test_an_unknown_enrolment_is_refused():
    with pytest.raises(NotEnrolled):
        progress.complete(enrolment_pk=12345, step_pk=1, at=LATER)


def test_finishing_a_step_costs_the_same_in_a_long_track(site, statements):
    costs = []
    for slug, lessons in (("catalyseurs", 2), ("decideurs", 4)):
        outline = outline_by_pk(courses.make_track(site, slug=slug, modules=[(lessons, False)]).pk)
        row = enrol(learners.make_person(f"{slug}@example.org"), outline)
        with statements() as done:
            progress.complete(enrolment_pk=row.pk, step_pk=outline.first.pk, at=LATER)
        costs.append(len(done))
    assert costs == [7, 7]


# ------------------------------------------------------------ the last required step


def test_the_last_required_step_finishes_the_track_and_issues_the_attestation(enrolment, outline):
    learners.finish(enrolment, steps=3)
    assert (Enrolment.objects.get().completed_at, Certificate.objects.count()) == (None, 0)
    progress.complete(enrolment_pk=enrolment.pk, step_pk=outline.steps[3].pk, at=LATER)
    certificate = Certificate.objects.get()
    assert Enrolment.objects.values_list("completed_at", "last_activity_at").get() == (LATER, LATER)
    assert (certificate.enrolment_id, certificate.issued_at) == (enrolment.pk, LATER)
    assert list(
        Letter.objects.filter(kind="certificate").values_list("key", "due_at", "person_id", "enrolment_id")
    ) == [(f"certificate:{certificate.pk}", LATER, enrolment.person_id, enrolment.pk)]


def test_a_quiz_may_be_the_last_required_step(learner, site):
    track = courses.make_track(site, slug="decideurs", modules=[(1, True)])
    row = learners.finish(enrol(learner, track), at=LATER)
    assert (row.completed_at, row.certificate.issued_at) == (LATER, LATER)


def test_an_optional_step_left_aside_does_not_keep_from_finishing(enrolment, outline):
    edit(outline.steps[1], required=False)
    for step in (outline.steps[0], outline.steps[2], outline.steps[3]):
        learners.finish_step(enrolment, step, at=LATER)
    assert Enrolment.objects.get().completed_at == LATER
    assert Certificate.objects.count() == 1


def test_an_optional_step_done_after_the_end_issues_nothing_more(enrolment, outline):
    edit(outline.steps[1], required=False)
    for step in (outline.steps[0], outline.steps[2], outline.steps[3]):
        learners.finish_step(enrolment, step, at=NOW)
    attestation = Certificate.objects.values().get()
    progress.complete(enrolment_pk=enrolment.pk, step_pk=outline.steps[1].pk, at=LATER)
    assert Enrolment.objects.values_list("completed_at", "last_activity_at").get() == (NOW, LATER)
    assert Certificate.objects.values().get() == attestation


def test_sending_the_last_step_again_issues_nothing_more(enrolment, outline):
    learners.finish(enrolment)
    before = records()
    progress.complete(enrolment_pk=enrolment.pk, step_pk=outline.steps[3].pk, at=NOW)
    assert records() == before


@pytest.fixture
def nobody(track):
    """Somebody without a name or an address, whose attestation the database refuses to hold."""
    return enrol(User.objects.create_user(""), track)


def test_an_error_while_issuing_takes_back_the_completion_that_led_to_it(nobody, outline):
    learners.finish(nobody, steps=3)
    before = records()
    with pytest.raises(IntegrityError):
        progress.complete(enrolment_pk=nobody.pk, step_pk=outline.steps[3].pk, at=LATER)
    assert records() == before


def test_an_error_while_issuing_takes_back_the_submission_that_led_to_it(site):
    track = courses.make_track(site, slug="decideurs", modules=[(0, True)])
    row = enrol(User.objects.create_user(""), track)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=outline_by_pk(track.pk).first.pk, at=NOW)
    attempts.save(attempt_pk=attempt.pk, responses=dict([*right_responses(attempt).items()][:1]), at=NOW)
    before = (records(), Attempt.objects.values().get(), list(attempt.answers.values()))
    with pytest.raises(IntegrityError):
        attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER)
    assert (records(), Attempt.objects.values().get(), list(attempt.answers.values())) == before


# ------------------------------------------------------------ what authors change later


def test_a_step_added_after_the_end_takes_nothing_back(enrolment, outline):
    learners.finish(enrolment)
    before = records()
    module = ModulePage.objects.get(pk=outline.modules[1].pk)
    courses.make_lesson(module, title="Leçon ajoutée")
    assert progress.catch_up(at=LATER) == 0
    assert records() == before


def test_a_step_added_after_the_end_can_be_done_and_issues_nothing_more(enrolment, outline):
    learners.finish(enrolment)
    attestation = Certificate.objects.values().get()
    module = ModulePage.objects.get(pk=outline.modules[1].pk)
    added = courses.make_lesson(module, title="Leçon ajoutée")
    progress.complete(enrolment_pk=enrolment.pk, step_pk=added.pk, at=LATER)
    assert Completion.objects.filter(step_id=added.pk).values_list("completed_at").get() == (LATER,)
    assert Enrolment.objects.get().completed_at == NOW
    assert Certificate.objects.values().get() == attestation
    assert Letter.objects.filter(kind="certificate").count() == 1


def test_a_step_taken_away_after_the_end_takes_nothing_back(enrolment, outline):
    learners.finish(enrolment)
    before = records()
    unpublish(outline.steps[0])
    assert progress.catch_up(at=LATER) == 0
    assert records() == before


# ------------------------------------------------------------ catching up


def test_somebody_who_lacks_nothing_any_more_is_finished_by_the_next_catch_up(enrolment, outline):
    learners.finish(enrolment, steps=3)
    edit(outline.steps[3], required=False)
    assert progress.catch_up(at=LATER) == 1
    assert Enrolment.objects.values_list("completed_at", "last_activity_at").get() == (LATER, NOW)
    certificate = Certificate.objects.get()
    assert (certificate.enrolment_id, certificate.issued_at) == (enrolment.pk, LATER)
    assert list(Letter.objects.filter(kind="certificate").values_list("key", flat=True)) == [
        f"certificate:{certificate.pk}"
    ]


def test_catching_up_twice_changes_nothing(enrolment, outline):
    learners.finish(enrolment, steps=3)
    unpublish(outline.steps[3])
    assert progress.catch_up(at=LATER) == 1
    before = records()
    assert progress.catch_up(at=LATER_STILL) == 0
    assert records() == before


def test_catching_up_finishes_each_track_and_each_learner_who_lacks_nothing(enrolment, outline, site):
    learners.finish(enrolment, steps=3)
    edit(outline.steps[3], required=False)
    other = outline_by_pk(courses.make_track(site, slug="decideurs", modules=[(2, False)]).pk)
    two = [enrol(learners.make_person(f"{name}@example.org"), other) for name in ("tom", "lea")]
    for row in two:
        learners.finish(row, steps=1)
    unpublish(other.steps[1])
    assert progress.catch_up(at=LATER) == 3
    assert set(Certificate.objects.values_list("enrolment_id", flat=True)) == {enrolment.pk, *[row.pk for row in two]}


def test_catching_up_leaves_out_who_still_lacks_something(enrolment, outline):
    learners.finish(enrolment, steps=2)
    edit(outline.steps[3], required=False)
    before = records()
    assert progress.catch_up(at=LATER) == 0
    assert records() == before


def test_catching_up_leaves_out_who_withdrew_until_they_come_back(learner, enrolment, outline):
    learners.finish(enrolment, steps=3)
    withdraw(learner, outline)
    edit(outline.steps[3], required=False)
    assert progress.catch_up(at=LATER) == 0
    enrol(learner, outline, at=LATER)
    assert progress.catch_up(at=LATER_STILL) == 1
    assert Enrolment.objects.get().completed_at == LATER_STILL


def withdraw(person, track):
    enrolments.withdraw(person=person, track_pk=track.pk, at=NOW)


def test_catching_up_waits_for_a_track_that_is_away(at_quiz, track, quiz, outline):
    """The quiz was passed while the track was unpublished: it counts when the track is back."""
    unpublish(outline.steps[3])
    attempt = attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=quiz.pk, at=NOW)
    track.unpublish()
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER)
    assert progress.catch_up(at=LATER) == 0
    assert (Completion.objects.count(), Certificate.objects.count()) == (3, 0)
    courses.publish(track)
    assert progress.catch_up(at=LATER_STILL) == 1
    assert Enrolment.objects.get().completed_at == LATER_STILL


def test_a_track_without_anything_required_is_never_finished(learner, site, outline):
    optional = outline_by_pk(courses.make_track(site, slug="decideurs", modules=[(1, False)]).pk)
    edit(optional.first, required=False)
    row = enrol(learner, optional)
    progress.complete(enrolment_pk=row.pk, step_pk=optional.first.pk, at=LATER)
    assert progress.catch_up(at=LATER_STILL) == 0
    assert (Enrolment.objects.get().completed_at, Certificate.objects.count()) == (None, 0)


@pytest.mark.parametrize("people", [1, 3])
def test_catching_up_asks_one_question_per_track_whatever_the_number_of_learners(track, site, people, statements):
    courses.make_track(site, slug="decideurs", modules=[(1, False)])
    for number in range(people):
        learners.finish(enrol(learners.make_person(f"p{number}@example.org"), track), steps=2)
    with statements() as done:
        progress.catch_up(at=LATER)
    assert len(done) == 3  # the outlines, then one for each of the two tracks


def test_the_figure_of_lists_is_that_of_pages(enrolment, outline):
    """Optional, unpublished and unknown steps count nowhere, on a page and on a board alike."""
    learners.finish(enrolment, steps=3)
    edit(outline.steps[0], required=False)
    unpublish(outline.steps[1])
    now = outline_by_pk(outline.pk)
    listed = Enrolment.objects.with_progress(now).get().done
    assert listed == standing.progress_of(now, progress.done_ids(enrolment)).done == 1
