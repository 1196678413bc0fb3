"""What answers are worth: a table of cases, and properties that no quiz may break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.grading import grade, percent
from courses.quizzes import Choice, MultipleChoice, Quiz, SingleChoice, TrueFalse
from tests.courses.quizzes import quizzes, responses

SINGLE = SingleChoice(
    id="single",
    prompt="?",
    explanation="…",
    choices=[Choice(id="a", text="a"), Choice(id="b", text="b", correct=True)],
)
MULTIPLE = MultipleChoice(
    id="multiple",
    prompt="?",
    explanation="…",
    points=3,
    choices=[
        Choice(id="a", text="a", correct=True),
        Choice(id="b", text="b"),
        Choice(id="c", text="c", correct=True),
    ],
)
TRUE = TrueFalse(id="true", prompt="?", explanation="…", answer=True)
FALSE = TrueFalse(id="false", prompt="?", explanation="…", answer=False)


@pytest.mark.parametrize(
    ("question", "response", "points"),
    [
        (SINGLE, ["b"], 1),
        (SINGLE, ["a"], 0),
        (SINGLE, [], 0),
        (MULTIPLE, ["a", "c"], 3),
        (MULTIPLE, ["c", "a"], 3),
        (MULTIPLE, ["a"], 0),
        (MULTIPLE, ["a", "b", "c"], 0),
        (MULTIPLE, ["b"], 0),
        (MULTIPLE, [], 0),
        (TRUE, ["true"], 1),
        (TRUE, ["false"], 0),
        (TRUE, [], 0),
        (FALSE, ["false"], 1),
        (FALSE, ["true"], 0),
    ],
)
def test_a_question_is_worth_all_its_points_or_none(question, response, points):
    result = grade(Quiz(title="", questions=(question,)), {question.id: response})
    (one,) = result.grades
    assert (one.question_id, one.points, one.max_points) == (question.id, points, question.points)
    assert (one.answered, one.right) == (response != [], points == question.points)
    assert (result.score, result.max_score) == (points, question.points)


def test_a_question_left_out_is_a_question_left_blank():
    quiz = Quiz(title="", questions=(SINGLE, MULTIPLE))
    assert grade(quiz, {}) == grade(quiz, {"single": [], "multiple": []})
    assert [one.answered for one in grade(quiz, {}).grades] == [False, False]


@pytest.mark.parametrize(
    ("pass_mark", "right", "passed"),
    [
        (None, 0, None),
        (None, 5, None),
        (60, 2, False),
        (60, 3, True),
        (61, 3, False),
        (100, 4, False),
        (100, 5, True),
        (1, 0, False),
        (1, 1, True),
    ],
)
def test_a_quiz_is_passed_from_its_mark_on(pass_mark, right, passed):
    questions = tuple(TrueFalse(id=str(number), prompt="?", explanation="…", answer=True) for number in range(5))
    quiz = Quiz(title="", pass_mark=pass_mark, questions=questions)
    result = grade(quiz, {str(number): ["true"] for number in range(right)})
    assert (result.score, result.percent, result.passed) == (right, 20 * right, passed)


@given(st.integers(min_value=1, max_value=100), st.integers(min_value=1, max_value=100))
def test_reaching_the_mark_exactly_is_passing(pass_mark, unit):
    # No rounding steals the last hundredth.
    assert percent(pass_mark * unit, 100 * unit) == pass_mark


def test_nobody_fails_an_empty_quiz():
    result = grade(Quiz(title="", pass_mark=100, questions=()), {})
    assert (result.score, result.max_score, result.percent, result.passed) == (0, 0, 100, True)


@given(st.data())
def test_the_score_stays_between_nothing_and_the_maximum(data):
    quiz = data.draw(quizzes())
    result = grade(quiz, data.draw(responses(quiz)))
    assert 0 <= result.score <= result.max_score == quiz.max_score
    assert 0 <= result.percent <= 100
    assert [one.question_id for one in result.grades] == [question.id for question in quiz.questions]
    assert all(0 <= one.points <= one.max_points for one in result.grades)
    assert result.score == sum(one.points for one in result.grades)


@given(st.data())
def test_a_faultless_attempt_earns_everything_and_a_blank_one_nothing(data):
    quiz = data.draw(quizzes(min_size=1))
    faultless = grade(quiz, {question.id: question.right_response for question in quiz.questions})
    blank = grade(quiz, {})
    assert (faultless.score, faultless.percent) == (quiz.max_score, 100)
    assert (blank.score, blank.percent) == (0, 0)
    assert (faultless.passed, blank.passed) == ((None, None) if quiz.pass_mark is None else (True, False))


@given(st.data())
def test_correcting_an_answer_never_lowers_the_score(data):
    quiz = data.draw(quizzes(min_size=1))
    given_first = data.draw(responses(quiz))
    question = data.draw(st.sampled_from(quiz.questions))
    before = grade(quiz, given_first)
    after = grade(quiz, {**given_first, question.id: question.right_response})
    assert after.score >= before.score
    assert after.passed or not before.passed


@given(st.data())
def test_the_order_of_answers_of_choices_and_of_questions_does_not_count(data):
    quiz = data.draw(quizzes())
    given_first = data.draw(responses(quiz))
    result = grade(quiz, given_first)
    shuffled = {
        key: data.draw(st.permutations(given_first[key])) for key in data.draw(st.permutations(list(given_first)))
    }
    assert grade(quiz, shuffled) == result
    turned = quiz.model_copy(update={"questions": tuple(data.draw(st.permutations(quiz.questions)))})
    other = grade(turned, given_first)
    assert (other.score, other.max_score, other.passed) == (result.score, result.max_score, result.passed)
    assert set(other.grades) == set(result.grades)


@given(st.data())
def test_a_response_to_a_question_of_another_quiz_is_worth_nothing(data):
    quiz = data.draw(quizzes())
    given_first = data.draw(responses(quiz))
    assert grade(quiz, {**given_first, "elsewhere": ["true"]}) == grade(quiz, given_first)
