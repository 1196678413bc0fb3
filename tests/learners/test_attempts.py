from datetime import timedelta

import pytest

from courses.models import QuizPage, QuizVersion
from courses.versions import thaw
from learners import attempts, progress
from learners.errors import (
    AttemptClosed,
    ForeignAnswer,
    MissingAnswers,
    NoAttemptLeft,
    NotEnrolled,
    StepGone,
    StepLocked,
)
from learners.models import Answer, Attempt, Completion, Enrolment
from tests.factories import courses, learners
from tests.factories.courses import multiple, single, true_false
from tests.factories.learners import NOW, enrol, right_responses

LATER = NOW + timedelta(minutes=10)
LATER_STILL = NOW + timedelta(minutes=30)


@pytest.fixture
def attempt(at_quiz, quiz):
    """An open attempt at the quiz: A (one choice), B (several), C (true or false)."""
    return attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=quiz.pk, at=NOW)


def questions(attempt):
    """The three questions that this attempt is pinned to."""
    return thaw(attempt.version).questions


def wrong_responses(attempt):
    """A response to each question that earns nothing."""
    return {
        question.id: [next(option.id for option in question.options if not option.correct)]
        for question in questions(attempt)
    }


def records():
    """Every row that an attempt may write."""
    return (
        list(Attempt.objects.order_by("pk").values()),
        list(Answer.objects.order_by("pk").values()),
        list(Completion.objects.order_by("pk").values()),
        list(Enrolment.objects.order_by("pk").values()),
    )


def kept(attempt):
    """The responses on the server, by question id."""
    return dict(Answer.objects.filter(attempt=attempt).values_list("question_id", "response"))


def only_quiz(site, *, slug="decideurs", person=None, **fields):
    """Somebody enrolled in a track whose only step is this quiz: the enrolment and the quiz page."""
    track = courses.make_track(site, slug=slug, modules=[(0, False)])
    page = courses.make_quiz(track.get_children().get().specific, **fields)
    return enrol(person or learners.make_person(), track), page


# ------------------------------------------------------------ opening


def test_opening_begins_a_first_attempt_pinned_to_the_questions_of_the_day(at_quiz, quiz):
    attempt = attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=quiz.pk, at=LATER)
    assert Attempt.objects.values().get() == {
        "id": attempt.pk,
        "enrolment_id": at_quiz.pk,
        "quiz_id": quiz.pk,
        "version_id": QuizVersion.objects.get().pk,
        "number": 1,
        "layout": [],
        "seed": None,
        "opened_at": LATER,
        "deadline_at": None,
        "saved_at": None,
        "revision": 0,
        "submitted_at": None,
        "score": None,
        "max_score": 3,
        "passed": None,
        "awaiting": 0,
        "key_id": None,
    }
    assert [question.summary for question in questions(attempt)] == ["Question A ?", "Question B ?", "Question C ?"]
    assert Enrolment.objects.get().last_activity_at == LATER


def test_opening_twice_gives_the_same_attempt_and_changes_nothing(at_quiz, attempt):
    before = records()
    again = attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=attempt.quiz_id, at=LATER)
    assert again.pk == attempt.pk
    assert records() == before


def test_two_learners_meet_the_same_version_of_an_unchanged_quiz(site):
    row, page = only_quiz(site)
    other = learners.enrol(learners.make_person("tom@example.org"), row.track)
    first, second = (attempts.open_attempt(enrolment_pk=one.pk, quiz_pk=page.pk, at=NOW) for one in (row, other))
    assert (first.version_id, QuizVersion.objects.count()) == (second.version_id, 1)


def test_a_new_attempt_begins_after_the_last_one_was_sent(at_quiz, attempt):
    attempts.submit(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=NOW)
    second = attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=attempt.quiz_id, at=LATER)
    assert (second.number, second.opened_at, kept(second)) == (2, LATER, {})


def test_a_quiz_that_is_locked_cannot_be_opened(enrolment, quiz):
    before = records()
    with pytest.raises(StepLocked) as refused:
        attempts.open_attempt(enrolment_pk=enrolment.pk, quiz_pk=quiz.pk, at=LATER)
    assert str(refused.value) == "Cette étape s’ouvre quand « Leçon 1.1 » est terminée."
    assert records() == before


def test_a_quiz_that_is_unpublished_cannot_be_opened(at_quiz, quiz):
    QuizPage.objects.get(pk=quiz.pk).unpublish()
    with pytest.raises(StepGone):
        attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=quiz.pk, at=LATER)
    assert Attempt.objects.count() == 0


def test_a_lesson_cannot_be_opened_as_a_quiz(enrolment, lesson):
    with pytest.raises(StepGone):
        attempts.open_attempt(enrolment_pk=enrolment.pk, quiz_pk=lesson.pk, at=LATER)
    assert Attempt.objects.count() == 0


def test_a_quiz_of_another_track_cannot_be_opened(at_quiz, site):
    _row, elsewhere = only_quiz(site)
    with pytest.raises(StepGone):
        attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=elsewhere.pk, at=LATER)
    assert Attempt.objects.count() == 0


@pytest.mark.django_db
def test_a_quiz_cannot_be_opened_without_an_enrolment():
    with pytest.raises(NotEnrolled):
        attempts.open_attempt(enrolment_pk=12345, quiz_pk=1, at=LATER)


def test_no_more_attempts_are_opened_than_the_author_allows(site):
    row, page = only_quiz(site, max_attempts=2)
    for number in (1, 2):
        attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=page.pk, at=NOW)
        assert attempt.number == number
        attempts.submit(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=NOW)
    with pytest.raises(NoAttemptLeft) as refused:
        attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=page.pk, at=LATER)
    assert str(refused.value) == "Vous avez utilisé toutes les tentatives prévues pour ce quiz."
    assert list(Attempt.objects.values_list("number", flat=True)) == [1, 2]


def test_the_last_allowed_attempt_can_be_come_back_to(site):
    row, page = only_quiz(site, max_attempts=1)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=page.pk, at=NOW)
    assert attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=page.pk, at=LATER).pk == attempt.pk


# ------------------------------------------------------------ saving


def test_what_is_saved_is_on_the_server_and_not_graded(attempt):
    first, second, _third = questions(attempt)
    responses = {first.id: first.right_response, second.id: []}
    attempts.save(attempt_pk=attempt.pk, responses=responses, at=LATER)
    assert list(
        Answer.objects.order_by("pk").values(
            "question_id", "response", "saved_at", "points", "max_points", "asked", "said"
        )
    ) == [
        {
            "question_id": pk,
            "response": response,
            "saved_at": LATER,
            "points": None,
            "max_points": None,
            "asked": "",
            "said": "",
        }
        for pk, response in responses.items()
    ]
    assert Attempt.objects.values_list("saved_at", "submitted_at", "score", "passed").get() == (LATER, None, None, None)
    assert Enrolment.objects.get().last_activity_at == LATER


def test_saving_again_writes_what_changed_and_nothing_else(attempt):
    first, second, third = questions(attempt)
    attempts.save(attempt_pk=attempt.pk, responses={first.id: first.right_response, second.id: []}, at=LATER)
    changed = {first.id: first.right_response, second.id: second.right_response, third.id: ["true"]}
    attempts.save(attempt_pk=attempt.pk, responses=changed, at=LATER_STILL)
    assert kept(attempt) == changed
    assert dict(Answer.objects.values_list("question_id", "saved_at")) == {
        first.id: LATER,
        second.id: LATER_STILL,
        third.id: LATER_STILL,
    }


def test_questions_that_are_not_on_the_page_keep_their_answers(attempt):
    first, second, _third = questions(attempt)
    attempts.save(attempt_pk=attempt.pk, responses={first.id: first.right_response}, at=LATER)
    attempts.save(attempt_pk=attempt.pk, responses={second.id: second.right_response}, at=LATER_STILL)
    assert kept(attempt) == {first.id: first.right_response, second.id: second.right_response}


def test_an_answer_can_be_taken_back_before_it_is_sent(attempt):
    first, *_ = questions(attempt)
    for response in (first.right_response, []):
        attempts.save(attempt_pk=attempt.pk, responses={first.id: response}, at=LATER)
    assert kept(attempt) == {first.id: []}


def bad_forms(attempt):
    """Forms that our page never shows, each with a good answer beside the bad one."""
    first, second, third = questions(attempt)
    good = {first.id: first.right_response}
    return {
        "a question of another quiz": {**good, "7b1f": ["true"]},
        "a choice of another question": {**good, second.id: [first.options[0].id]},
        "a choice of nowhere": {**good, third.id: ["maybe"]},
        "two choices where one is asked": {
            second.id: second.right_response,
            first.id: [one.id for one in first.options[:2]],
        },
        "both true and false": {**good, third.id: ["true", "false"]},
        "the same choice twice": {**good, second.id: [second.options[0].id] * 2},
    }


@pytest.mark.parametrize("verb", [attempts.save, attempts.submit])
def test_an_answer_that_the_quiz_does_not_hold_is_refused_and_nothing_of_the_form_is_written(attempt, verb):
    _first, second, _third = questions(attempt)
    attempts.save(attempt_pk=attempt.pk, responses={second.id: second.right_response}, at=NOW)
    before = records()
    refused = {}
    for name, responses in bad_forms(attempt).items():
        with pytest.raises(ForeignAnswer) as error:
            verb(attempt_pk=attempt.pk, responses=responses, at=LATER)
        refused[name] = (str(error.value), records() == before)
    sentence = "Ce formulaire ne correspond pas à ce quiz. Vos réponses déjà enregistrées sont intactes."
    assert refused == dict.fromkeys(bad_forms(attempt), (sentence, True))


# ------------------------------------------------------------ sending


def test_sending_grades_and_freezes_the_answers_with_their_words(attempt):
    first, second, third = questions(attempt)
    responses = {first.id: first.right_response, second.id: [second.options[0].id], third.id: ["true"]}
    attempts.submit(attempt_pk=attempt.pk, responses=responses, at=LATER)
    assert Attempt.objects.values_list("submitted_at", "score", "max_score", "passed").get() == (LATER, 2, 3, True)
    assert list(Answer.objects.order_by("asked").values_list("asked", "said", "response", "points", "max_points")) == [
        ("Question A ?", "A 1", first.right_response, 1, 1),
        ("Question B ?", "B 1", [second.options[0].id], 0, 1),
        ("Question C ?", "Vrai", ["true"], 1, 1),
    ]


def test_what_was_saved_before_counts_when_the_form_is_sent(attempt):
    first, second, third = questions(attempt)
    attempts.save(
        attempt_pk=attempt.pk, responses={first.id: first.right_response, second.id: second.right_response}, at=NOW
    )
    attempts.submit(attempt_pk=attempt.pk, responses={third.id: third.right_response}, at=LATER)
    assert Attempt.objects.values_list("score", "passed").get() == (3, True)


def test_a_passed_quiz_is_a_finished_step(attempt):
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER)
    assert Completion.objects.filter(step_id=attempt.quiz_id).values_list("enrolment_id", "completed_at").get() == (
        attempt.enrolment_id,
        LATER,
    )


def test_a_failed_quiz_is_not_a_finished_step_and_what_follows_stays_locked(attempt, outline):
    attempts.submit(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=LATER)
    assert Attempt.objects.values_list("score", "passed").get() == (0, False)
    assert Completion.objects.filter(step_id=attempt.quiz_id).count() == 0
    with pytest.raises(StepLocked):
        progress.complete(enrolment_pk=attempt.enrolment_id, step_pk=outline.steps[3].pk, at=LATER)


def test_a_second_attempt_may_pass_and_the_first_stays_as_it_was(at_quiz, attempt):
    attempts.submit(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=NOW)
    second = attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=attempt.quiz_id, at=LATER)
    attempts.submit(attempt_pk=second.pk, responses=right_responses(second), at=LATER)
    assert list(Attempt.objects.order_by("number").values_list("number", "submitted_at", "score", "passed")) == [
        (1, NOW, 0, False),
        (2, LATER, 3, True),
    ]
    assert Completion.objects.get(step_id=attempt.quiz_id).completed_at == LATER


def test_a_worse_attempt_later_takes_nothing_back(at_quiz, attempt):
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=NOW)
    second = attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=attempt.quiz_id, at=LATER)
    attempts.submit(attempt_pk=second.pk, responses=wrong_responses(second), at=LATER)
    assert Completion.objects.get(step_id=attempt.quiz_id).completed_at == NOW


def test_a_quiz_without_a_pass_mark_is_finished_by_any_answer(site):
    row, page = only_quiz(site, pass_mark=None)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=page.pk, at=NOW)
    attempts.submit(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=LATER)
    assert Attempt.objects.values_list("score", "passed").get() == (0, None)
    assert Completion.objects.values_list("step_id", "completed_at").get() == (page.pk, LATER)


def test_reaching_the_pass_mark_exactly_is_passing(site):
    row, page = only_quiz(site, pass_mark=50, questions=[true_false("A"), true_false("B")])
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=page.pk, at=NOW)
    first, second = questions(attempt)
    attempts.submit(attempt_pk=attempt.pk, responses={first.id: ["true"], second.id: ["false"]}, at=LATER)
    assert Attempt.objects.values_list("score", "passed").get() == (1, True)


def test_a_quiz_sent_twice_gives_one_result(attempt):
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER)
    before = records()
    with pytest.raises(AttemptClosed) as refused:
        attempts.submit(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=LATER_STILL)
    assert str(refused.value) == "Ces réponses ont déjà été envoyées : voici le résultat."
    assert records() == before


def test_a_tab_left_open_cannot_change_what_was_sent(attempt):
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER)
    before = records()
    with pytest.raises(AttemptClosed):
        attempts.save(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=LATER_STILL)
    assert records() == before


def test_a_quiz_sent_with_blanks_keeps_the_answers_and_names_what_is_missing(attempt):
    first, second, third = questions(attempt)
    with pytest.raises(MissingAnswers) as refused:
        attempts.submit(attempt_pk=attempt.pk, responses={first.id: first.right_response, second.id: []}, at=LATER)
    assert refused.value.question_ids == [second.id, third.id]
    assert str(refused.value) == "Certaines questions sont encore sans réponse."
    assert kept(attempt) == {first.id: first.right_response, second.id: []}
    assert Attempt.objects.values_list("saved_at", "submitted_at", "score").get() == (LATER, None, None)
    assert Completion.objects.filter(step_id=attempt.quiz_id).count() == 0


def test_a_quiz_sent_empty_misses_every_answer(attempt):
    with pytest.raises(MissingAnswers) as refused:
        attempts.submit(attempt_pk=attempt.pk, responses={}, at=LATER)
    assert refused.value.question_ids == [question.id for question in questions(attempt)]
    assert kept(attempt) == {}


def test_blanks_that_are_sent_on_purpose_earn_nothing(attempt):
    first, second, third = questions(attempt)
    attempts.submit(attempt_pk=attempt.pk, responses={first.id: first.right_response}, at=LATER, allow_blank=True)
    assert Attempt.objects.values_list("submitted_at", "score", "passed").get() == (LATER, 1, False)
    assert {
        answer.question_id: (answer.response, answer.said, answer.points, answer.max_points)
        for answer in Answer.objects.all()
    } == {
        first.id: (first.right_response, "A 1", 1, 1),
        second.id: ([], "", 0, 1),
        third.id: ([], "", 0, 1),
    }


# ------------------------------------------------------------ what authors change meanwhile


def test_editing_a_quiz_changes_nothing_for_an_attempt_that_is_open(attempt):
    page = QuizPage.objects.get(pk=attempt.quiz_id)
    page.questions = [single("X"), single("Y", right=2)]
    page.pass_mark = 100
    courses.publish(page)
    first, second, third = questions(Attempt.objects.get())
    assert [first.summary, second.summary, third.summary] == ["Question A ?", "Question B ?", "Question C ?"]
    responses = {first.id: first.right_response, second.id: second.right_response, third.id: ["false"]}
    attempts.submit(attempt_pk=attempt.pk, responses=responses, at=LATER)
    assert Attempt.objects.values_list("score", "max_score", "passed").get() == (2, 3, True)
    assert list(Answer.objects.order_by("asked").values_list("asked", flat=True)) == [
        "Question A ?",
        "Question B ?",
        "Question C ?",
    ]


def test_the_next_attempt_meets_the_quiz_as_it_was_edited(at_quiz, attempt):
    attempts.submit(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=NOW)
    page = QuizPage.objects.get(pk=attempt.quiz_id)
    page.questions = [single("X", points=4)]
    courses.publish(page)
    second = attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=page.pk, at=LATER)
    assert ([question.summary for question in questions(second)], second.max_score) == (["Question X ?"], 4)


def test_a_right_answer_corrected_by_the_author_changes_no_result(attempt):
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER)
    before = records()
    page = QuizPage.objects.get(pk=attempt.quiz_id)
    page.questions = [single("A", right=3), multiple("B", right=(4,)), true_false("C", answer=False)]
    courses.publish(page)
    assert records() == before


def test_a_quiz_unpublished_meanwhile_is_still_saved_sent_and_counted(attempt):
    QuizPage.objects.get(pk=attempt.quiz_id).unpublish()
    attempts.save(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=NOW)
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER)
    assert Attempt.objects.values_list("score", "passed").get() == (3, True)
    assert Completion.objects.get(step_id=attempt.quiz_id).completed_at == LATER


def test_an_open_attempt_can_be_come_back_to_when_its_quiz_is_unpublished(at_quiz, attempt):
    QuizPage.objects.get(pk=attempt.quiz_id).unpublish()
    assert attempts.open_attempt(enrolment_pk=at_quiz.pk, quiz_pk=attempt.quiz_id, at=LATER).pk == attempt.pk


def test_a_step_that_an_author_puts_before_an_open_quiz_does_not_void_it(attempt, outline):
    module = QuizPage.objects.get(pk=attempt.quiz_id).get_parent().specific
    added = courses.make_lesson(module, title="Leçon ajoutée")
    added.move(module.get_first_child(), pos="left")
    attempts.submit(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER)
    assert Completion.objects.get(step_id=attempt.quiz_id).completed_at == LATER


# ------------------------------------------------------------ budgets


def long_quiz(site, number):
    """An open attempt at a quiz of that many questions."""
    row, page = only_quiz(
        site,
        slug=f"t{number}",
        person=learners.make_person(f"p{number}@example.org"),
        questions=[single(f"Q{one}") for one in range(number)],
    )
    return attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=page.pk, at=NOW)


@pytest.mark.parametrize("number", [3, 20])
def test_saving_costs_four_statements_whatever_the_number_of_questions(site, number, statements):
    attempt = long_quiz(site, number)
    with statements() as first_time:
        attempts.save(attempt_pk=attempt.pk, responses=wrong_responses(attempt), at=LATER)
    with statements() as second_time:
        attempts.save(attempt_pk=attempt.pk, responses=right_responses(attempt), at=LATER_STILL)
    assert (len(first_time), len(second_time)) == (4, 4)


@pytest.mark.parametrize("number", [3, 20])
def test_sending_costs_the_same_whatever_the_number_of_questions(site, number, statements):
    failed = long_quiz(site, number)
    with statements() as fails:
        attempts.submit(attempt_pk=failed.pk, responses=wrong_responses(failed), at=LATER)
    passed = attempts.open_attempt(enrolment_pk=failed.enrolment_id, quiz_pk=failed.quiz_id, at=LATER)
    with statements() as passes:
        attempts.submit(attempt_pk=passed.pk, responses=right_responses(passed), at=LATER_STILL)
    assert (len(fails), len(passes)) == (7, 18)
