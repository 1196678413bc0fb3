"""What an attempt is worth: bounds, monotony, order independence, certainty, reviews, pass mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.grading import certainty_mark, counted, grade, percent
from courses.quizzes import Quiz
from tests.factories.questions import every_question, sample

QUESTIONS = every_question()


def responses_to(question):
    """Any response that our form could send, right or wrong or incomplete."""
    match question.control:
        case "choices":
            ids = [option.id for option in question.options]
            if not question.several:
                return st.sampled_from([[], *([one] for one in ids)])
            return st.lists(st.sampled_from(ids), unique=True)
        case "line" | "text":
            return st.one_of(st.just(question.right_response), st.text(max_size=30))
    rows = {}
    for row in question.rows:
        places = [place.id for place in question.places(row.id)]
        rows[row.id] = st.sampled_from(["", *places]) if places else st.text(max_size=20)
    return st.fixed_dictionaries({}, optional=rows)


@st.composite
def attempts(draw, **quiz):
    """(quiz, responses, certainties, tries) of some attempt."""
    questions = draw(st.lists(st.sampled_from(QUESTIONS), unique_by=lambda question: question.id))
    built = Quiz(
        title="Essai",
        questions=tuple(questions),
        pass_mark=draw(st.one_of(st.none(), st.integers(1, 100))),
        penalty=draw(st.integers(0, 100)),
        certainty=draw(st.booleans()),
        **quiz,
    )
    responses = {question.id: draw(responses_to(question)) for question in questions if draw(st.booleans())}
    certainties = {question.id: draw(st.integers(1, 3)) for question in questions if draw(st.booleans())}
    tries = {question.id: draw(st.integers(0, 4)) for question in questions if draw(st.booleans())}
    return built, responses, certainties, tries


@given(attempts())
def test_every_grade_stays_within_its_bounds(attempt):
    quiz, responses, certainties, tries = attempt
    result = grade(quiz, responses, certainties=certainties, tries=tries)
    assert 0 <= result.score <= result.max_score
    assert 0 <= result.percent <= 100
    for one in result.grades:
        if one.points is not None:
            assert 0 <= one.fraction <= 1
            assert -2 * one.max_points <= one.points <= one.max_points


@given(attempts(), st.randoms())
def test_the_order_of_questions_choices_and_responses_changes_nothing(attempt, dice):
    quiz, responses, certainties, tries = attempt
    layout = quiz.lay_out(dice, shuffle=True)
    keys = list(responses)
    dice.shuffle(keys)
    shuffled = grade(
        quiz.paper(layout, seed=dice.randrange(1000)),
        {key: responses[key] for key in keys},
        certainties=certainties,
        tries=tries,
    )
    straight = grade(quiz, responses, certainties=certainties, tries=tries)
    assert shuffled.score == pytest.approx(straight.score)
    assert shuffled.passed == straight.passed
    assert {one.question_id: one for one in shuffled.grades} == {one.question_id: one for one in straight.grades}


@given(attempts())
def test_a_right_answer_in_the_place_of_another_never_lowers_the_score(attempt):
    quiz, responses, _, tries = attempt
    before = grade(quiz, responses, tries=tries)
    for question in quiz.questions:
        if question.automatic:
            better = grade(quiz, {**responses, question.id: question.right_response}, tries=tries)
            assert better.score >= before.score


@given(st.sampled_from(["all", "each", "right_only"]), st.data())
def test_one_more_right_choice_never_lowers_the_worth(scoring, data):
    question = sample("multiple", scoring=scoring)
    chosen = data.draw(responses_to(question))
    for choice in question.choices:
        if choice.correct and choice.id not in chosen:
            assert question.fraction([*chosen, choice.id]) >= question.fraction(chosen)


@given(st.data())
def test_one_more_thing_in_its_place_never_lowers_the_worth(data):
    for kind in ("matching", "sorting", "gaps"):
        question = sample(kind)
        given_ = data.draw(responses_to(question))
        for row, place in question.key.items():
            assert question.fraction({**given_, row: place}) >= question.fraction(given_)


@pytest.mark.parametrize(
    ("certainty", "right", "half", "wrong"), [(None, 1, 0.5, 0), (1, 1, 0.5, 0), (2, 2, 1, -2), (3, 3, 1.5, -6)]
)
def test_certainty_marks_are_those_of_the_published_scheme(certainty, right, half, wrong):
    assert [certainty_mark(fraction, certainty) for fraction in (1, 0.5, 0)] == [right, half, wrong]


def best_certainty(chance):
    """The certainty that pays best for somebody who is right that often."""
    return max((1, 2, 3), key=lambda sure: chance * certainty_mark(1, sure) + (1 - chance) * certainty_mark(0, sure))


@pytest.mark.parametrize(("chance", "best"), [(0.3, 1), (0.66, 1), (0.67, 2), (0.79, 2), (0.81, 3), (1, 3)])
def test_saying_how_sure_one_really_is_pays_best(chance, best):
    assert best_certainty(chance) == best


def test_an_attempt_never_falls_below_zero_though_an_answer_does():
    question = sample("single")
    wrong = next(choice.id for choice in question.choices if not choice.correct)
    quiz = Quiz(title="Essai", questions=(question,), certainty=True)
    result = grade(quiz, {question.id: [wrong]}, certainties={question.id: 3})
    assert (result.grades[0].points, result.score, result.max_score) == (-6, 0, 3)


def test_a_blank_answer_costs_nothing_however_sure_one_is():
    question = sample("single")
    quiz = Quiz(title="Essai", questions=(question,), certainty=True)
    assert grade(quiz, {}, certainties={question.id: 3}).grades[0].points == 0


def test_each_earlier_try_costs_the_penalty_down_to_nothing():
    question = sample("single")
    quiz = Quiz(title="Essai", questions=(question,), penalty=40)
    worth = [grade(quiz, {question.id: question.right_response}, tries={question.id: n}).score for n in range(4)]
    assert worth == pytest.approx([1, 0.6, 0.2, 0])


def test_an_answer_to_review_leaves_the_pass_undecided_until_it_no_longer_matters():
    single, text = sample("single"), sample("open")  # 1 and 3 points
    both = {single.id: single.right_response, text.id: "Une rencontre."}

    def passed(mark, responses, **known):
        return grade(Quiz(title="Essai", questions=(single, text), pass_mark=mark), responses, **known).passed

    assert passed(25, both) is True
    assert passed(60, both) is None
    assert passed(80, {text.id: "Une rencontre."}) is False
    assert passed(60, both, reviews={text.id: 0.5}) is True
    assert passed(60, both, reviews={text.id: 0.4}) is False
    assert passed(60, {single.id: single.right_response}) is False


def test_an_opinion_is_answered_and_weighs_nothing():
    opinion, single = sample("opinion"), sample("single")
    quiz = Quiz(title="Essai", questions=(opinion, single))
    result = grade(quiz, {opinion.id: opinion.right_response, single.id: single.right_response})
    assert (result.score, result.max_score) == (1, 1)
    assert [one.mark for one in result.grades] == ["noted", "right"]


@pytest.mark.parametrize(("method", "kept"), [("best", 90), ("last", 40), ("first", 50), ("average", 60)])
def test_the_attempt_that_counts_is_the_one_the_quiz_says(method, kept):
    assert counted(method, [50, 90, 40]) == kept
    assert counted(method, []) is None


def test_nobody_fails_a_quiz_without_points():
    assert percent(0, 0) == 100
