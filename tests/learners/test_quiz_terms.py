"""On what terms a quiz is taken: dates, time, attempts, delay; what counts; and the clock."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from courses.reveal import JUST_AFTER, moment_of
from learners import accommodations, attempts, schedule
from learners.errors import AttemptClosed, MissingAnswers, NoAttemptLeft, QuizClosed, TimeOver
from learners.models import Accommodation, Answer, Attempt, CohortQuizWindow, User
from learners.terms import GRACE, terms_of
from tests.factories.courses import make_quiz, make_track, single
from tests.factories.learners import NOW, enrol, make_cohort, make_person, right_responses
from tests.worlds import made_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@made_once
def track(published):
    """A track whose only module has nothing yet."""
    return make_track(published[0], slug="decideurs", modules=((0, False),))


@pytest.fixture
def build(track):
    """A quiz of three questions with these settings."""

    def build(**fields):
        questions = [single(name) for name in "ABC"]
        return make_quiz(track.get_children().first(), **{"questions": questions, **fields})

    return build


@pytest.fixture
def row(track, learner):
    """The enrolment of the learner, in a cohort."""
    return enrol(learner, track, cohort=make_cohort(track))


@pytest.fixture
def boss(db):
    """Who grants accommodations."""
    return User.objects.create_superuser("louise@example.org", None)


def start(row, quiz, at=NOW):
    """The open attempt."""
    return attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=at)


def answer(row, quiz, right, *, at=NOW):
    """An attempt with that many right answers, sent."""
    attempt = start(row, quiz, at)
    responses = dict(list(right_responses(attempt).items())[:right])
    return attempts.submit(attempt_pk=attempt.pk, responses=responses, at=at, allow_blank=True)


def test_an_attempt_without_limits_has_no_deadline(row, build):
    assert start(row, build()).deadline_at is None


def test_the_deadline_is_that_of_the_person(row, build, learner, boss):
    quiz = build(time_limit=30)
    assert start(row, quiz).deadline_at == NOW + 30 * MINUTE
    Attempt.objects.all().delete()
    accommodations.grant(person=learner, extra_percent=33, by=boss, at=NOW)
    assert start(row, quiz).deadline_at == NOW + 40 * MINUTE
    terms = terms_of(quiz_pk=quiz.pk, enrolment_pk=row.pk, attempts=[])
    assert (terms.minutes, terms.limit, terms.accommodated) == (40, 30, True)


def test_a_new_accommodation_ends_the_one_before_and_keeps_it(learner, boss):
    first = accommodations.grant(person=learner, extra_percent=33, by=boss, at=NOW)
    accommodations.grant(person=learner, extra_percent=100, by=boss, at=NOW + DAY)
    first.refresh_from_db()
    assert first.ended_at == NOW + DAY
    assert [one.extra_percent for one in Accommodation.objects.current()] == [100]


@pytest.mark.parametrize("fields", [{"extra_percent": 0}, {"extra_percent": 500}, {"ended_at": NOW - DAY}])
def test_the_database_refuses_an_accommodation_that_makes_no_sense(learner, boss, fields):
    values = {"person": learner, "extra_percent": 33, "granted_at": NOW, "granted_by": boss, **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Accommodation.objects.create(**values)


def test_what_leaves_in_the_last_second_counts_and_what_leaves_later_does_not(row, build):
    quiz = build(time_limit=10)
    attempt = start(row, quiz)
    first, second, _ = attempt.paper.questions
    on_time = NOW + 10 * MINUTE + GRACE
    attempts.save(attempt_pk=attempt.pk, responses={first.id: first.right_response}, at=on_time)
    with pytest.raises(TimeOver):
        attempts.save(attempt_pk=attempt.pk, responses={second.id: second.right_response}, at=on_time + MINUTE)
    attempt.refresh_from_db()
    assert (attempt.score, attempt.submitted_at, attempt.timed_out) == (1, NOW + 10 * MINUTE, True)
    with pytest.raises(AttemptClosed):
        attempts.submit(attempt_pk=attempt.pk, responses={}, at=on_time + MINUTE)


def test_a_late_submission_is_graded_from_what_was_saved(row, build):
    attempt = start(row, build(time_limit=10))
    with pytest.raises(TimeOver):
        attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=NOW + DAY)
    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed) == (0, False)


def test_the_clock_grades_what_was_saved_when_the_learner_is_gone_and_does_it_once(row, build):
    attempt = start(row, build(time_limit=10))
    attempts.save(attempt_pk=attempt.pk, responses=right_responses(attempt), at=NOW + MINUTE)
    assert attempts.close_overdue(now=NOW + 10 * MINUTE, patience=10) == 0
    schedule.close_overdue_attempts()  # the hour of the suite is real: NOW is the past
    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed, attempt.submitted_at) == (3, True, NOW + 10 * MINUTE)
    assert row.completions.filter(step_id=attempt.quiz_id).exists()
    assert attempts.close_overdue(now=NOW + DAY, patience=10) == 0


def test_opening_again_after_the_time_grades_the_old_attempt_and_begins_a_new_one(row, build):
    quiz = build(time_limit=10)
    first = start(row, quiz)
    second = start(row, quiz, NOW + DAY)
    first.refresh_from_db()
    assert (first.timed_out, second.number) == (True, 2)


def test_a_cohort_has_its_own_dates(row, build):
    quiz = build()
    window = CohortQuizWindow.objects.create(cohort=row.cohort, quiz=quiz, opens_at=NOW + DAY, closes_at=NOW + 2 * DAY)
    with pytest.raises(QuizClosed, match="ouvre le 24"):
        start(row, quiz)
    with pytest.raises(QuizClosed, match="fermé depuis le 25"):
        start(row, quiz, NOW + 2 * DAY)
    assert start(row, quiz, NOW + DAY).deadline_at == window.closes_at
    other = enrol(make_person("marc@example.org"), quiz.get_parent().get_parent().specific)
    assert start(other, quiz).deadline_at is None


def test_an_accommodation_extends_the_close_too(row, build, learner, boss):
    quiz = build(time_limit=60)
    CohortQuizWindow.objects.create(cohort=row.cohort, quiz=quiz, closes_at=NOW + 30 * MINUTE)
    assert start(row, quiz).deadline_at == NOW + 30 * MINUTE
    Attempt.objects.all().delete()
    accommodations.grant(person=learner, extra_percent=50, by=boss, at=NOW)
    assert start(row, quiz).deadline_at == NOW + 60 * MINUTE
    Attempt.objects.all().delete()
    assert start(row, quiz, NOW + 45 * MINUTE).deadline_at == NOW + 60 * MINUTE


def test_a_window_closes_after_it_opens(row, build):
    with pytest.raises(IntegrityError), transaction.atomic():
        CohortQuizWindow.objects.create(cohort=row.cohort, quiz=build(), opens_at=NOW, closes_at=NOW)


def test_attempts_are_limited_and_spaced(row, build):
    quiz = build(max_attempts=2, delay_minutes=60)
    answer(row, quiz, 0)
    with pytest.raises(QuizClosed, match="La prochaine tentative sera possible le 23"):
        start(row, quiz, NOW + 59 * MINUTE)
    answer(row, quiz, 0, at=NOW + 60 * MINUTE)
    with pytest.raises(NoAttemptLeft):
        start(row, quiz, NOW + DAY)


@pytest.mark.parametrize(
    ("counts", "rights", "done"),
    [
        ("best", [3, 0], True),
        ("last", [0, 3], True),
        ("last", [3, 0], True),  # what was earned is never taken back
        ("first", [0, 3], False),
        ("first", [3], True),
        ("average", [1, 3], True),
        ("average", [0, 3], False),
    ],
)
def test_the_attempt_that_counts_completes_the_step(row, build, counts, rights, done):
    quiz = build(counts=counts, pass_mark=60)
    for right in rights:
        answer(row, quiz, right)
    assert row.completions.filter(step_id=quiz.pk).exists() is done


# ---------------------------------------------------------------- checked as one goes


@pytest.fixture
def practice(build):
    """A formative quiz whose first question has two hints."""
    block = single("A", choices=4)
    block["value"]["hints"] = [{"type": "item", "id": str(n), "value": f"<p>Indice {n}.</p>"} for n in (1, 2)]
    return build(behaviour="formative", penalty=25, questions=[block, single("B")])


def tries_of(attempt):
    """How many tries each question took."""
    return sorted(len(one.tries) for one in Answer.objects.filter(attempt=attempt))


def test_each_missed_try_costs_the_penalty_and_the_last_one_ends_the_question(row, practice):
    attempt = start(row, practice)
    question = attempt.paper.questions[0]
    wrong = [option.id for option in question.options if not option.correct]

    def check(choice):
        attempts.check(attempt_pk=attempt.pk, question_id=question.id, responses={question.id: [choice]}, at=NOW)

    check(wrong[0])
    check(wrong[0])  # the same again is no other try
    check(wrong[1])
    check(question.right_response[0])
    check(wrong[2])  # too late: it is finished
    assert tries_of(attempt) == [3]
    attempts.submit(attempt_pk=attempt.pk, responses={question.id: [wrong[2]]}, at=NOW, allow_blank=True)
    kept = attempt.answers.get(question_id=question.id)
    assert (kept.response, kept.points) == (question.right_response, 0.5)


def test_an_answer_that_was_changed_after_a_missed_try_still_pays_for_it(row, practice):
    attempt = start(row, practice)
    question = attempt.paper.questions[0]
    wrong = next(option.id for option in question.options if not option.correct)
    attempts.check(attempt_pk=attempt.pk, question_id=question.id, responses={question.id: [wrong]}, at=NOW)
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=NOW)
    attempt.refresh_from_db()
    assert attempt.score == 1.75


def test_a_blank_answer_cannot_be_checked(row, practice):
    attempt = start(row, practice)
    question = attempt.paper.questions[0]
    with pytest.raises(MissingAnswers):
        attempts.check(attempt_pk=attempt.pk, question_id=question.id, responses={question.id: []}, at=NOW)
    assert tries_of(attempt) == [0]


def test_an_assessed_quiz_is_not_checked_as_one_goes(row, build):
    attempt = start(row, build())
    question = attempt.paper.questions[0]
    with pytest.raises(attempts.ForeignAnswer):
        attempts.check(
            attempt_pk=attempt.pk, question_id=question.id, responses={question.id: question.right_response}, at=NOW
        )


# ---------------------------------------------------------------- budgets and bounds


def queries(work):
    """How many queries that takes, savepoints aside."""
    with CaptureQueriesContext(connection) as context:
        work()
    return sum("SAVEPOINT" not in query["sql"] for query in context.captured_queries)


@pytest.mark.parametrize("count", [1, 20])
def test_saving_and_sending_take_the_same_queries_whatever_the_size(row, build, count):
    quiz = build(questions=[single(str(n)) for n in range(count)], pass_mark=100, time_limit=30)
    attempt = start(row, quiz)
    key, value = next(iter(right_responses(attempt).items()))
    saving = queries(lambda: attempts.save(attempt_pk=attempt.pk, responses={key: value}, at=NOW + MINUTE))
    wrong = {question.id: [] for question in attempt.paper.questions}
    sending = queries(
        lambda: attempts.submit(attempt_pk=attempt.pk, responses=wrong, at=NOW + 2 * MINUTE, allow_blank=True)
    )
    assert (saving, sending) == (4, 7)


@pytest.mark.parametrize(
    ("after", "closes", "moment"),
    [
        (JUST_AFTER, None, "after"),
        (JUST_AFTER + MINUTE, None, "later"),
        (MINUTE, MINUTE, "closed"),
        (MINUTE, DAY, "after"),
    ],
)
def test_the_moment_of_an_attempt(after, closes, moment):
    closes_at = None if closes is None else NOW + closes
    assert moment_of(submitted_at=NOW, closes_at=closes_at, now=NOW + after) == moment
    assert moment_of(submitted_at=None, closes_at=closes_at, now=NOW + after) == "during"
