"""Frozen quizzes: a strict schema, a stable hash, one stored version per content."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from pydantic import ValidationError

from courses.models import QuizPage, QuizVersion
from courses.quizzes import Choice, MultipleChoice, Quiz, SingleChoice, TrueFalse, plain
from courses.versions import freeze, quiz_of, thaw
from tests.courses.quizzes import quizzes
from tests.factories.courses import make_module, make_quiz, make_track, multiple, publish, single, true_false
from tests.factories.learners import NOW
from tests.worlds import made_once

SINGLE = SingleChoice(
    id="a",
    prompt="<p>Qui <b>relie</b>&nbsp;?</p>",
    explanation="<p>Le catalyseur.</p>",
    points=2,
    choices=[Choice(id="a1", text="le catalyseur", correct=True), Choice(id="a2", text="le maire")],
)
MULTIPLE = MultipleChoice(
    id="b",
    prompt="<p>Lesquels ?</p>",
    explanation="<p>Les deux premiers.</p>",
    choices=[
        Choice(id="b1", text="écouter", correct=True),
        Choice(id="b2", text="réunir", correct=True),
        Choice(id="b3", text="imposer"),
    ],
)
TRUE_FALSE = TrueFalse(id="c", prompt="<p>Vrai ?</p>", explanation="<p>Faux.</p>", answer=False)
QUIZ = Quiz(title="Quiz", pass_mark=60, questions=(SINGLE, MULTIPLE, TRUE_FALSE))


def changed(path, value):
    """The JSON of QUIZ with one value changed; ``path`` leads to it."""
    data = json.loads(json.dumps(QUIZ.to_json()))
    *way, last = path
    place = data
    for key in way:
        place = place[key]
    place[last] = value
    return data


@pytest.mark.parametrize(
    "path",
    [("extra",), ("questions", 0, "extra"), ("questions", 2, "choices"), ("questions", 0, "choices", 0, "extra")],
)
def test_an_unknown_key_is_refused_at_every_level(path):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Quiz.model_validate(changed(path, "x"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("title",), None),
        (("pass_mark",), 0),
        (("pass_mark",), 101),
        (("pass_mark",), "60"),
        (("questions",), None),
        (("questions", 0, "kind"), "essay"),
        (("questions", 0, "points"), -1),
        (("questions", 0, "points"), "2"),
        (("questions", 0, "id"), 7),
        (("questions", 0, "choices", 0, "correct"), "true"),
        (("questions", 2, "answer"), "false"),
    ],
)
def test_a_value_of_another_type_or_out_of_bounds_is_refused(path, value):
    with pytest.raises(ValidationError):
        Quiz.model_validate(changed(path, value))


@pytest.mark.parametrize("key", ["title", "questions"])
def test_a_missing_key_is_refused(key):
    data = QUIZ.to_json()
    del data[key]
    with pytest.raises(ValidationError, match="Field required"):
        Quiz.model_validate(data)


def test_a_quiz_cannot_be_modified():
    with pytest.raises(ValidationError, match="frozen"):
        QUIZ.pass_mark = 1
    with pytest.raises(ValidationError, match="frozen"):
        SINGLE.points = 1
    with pytest.raises(ValidationError, match="frozen"):
        SINGLE.choices[0].correct = False


@given(quizzes())
def test_a_quiz_comes_back_from_its_json_as_it_was(quiz):
    back = Quiz.model_validate(json.loads(json.dumps(quiz.to_json())))
    assert back == quiz
    assert back.content_hash == quiz.content_hash


def test_the_hash_of_a_content_never_changes():
    # Versions are found again by this hash: another canonical form would store every quiz twice.
    assert QUIZ.content_hash == "9f6c221b884cfc55daae23963251038248657820a363f5cd1417181f295a1b58"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("title",), "Autre"),
        (("pass_mark",), 61),
        (("pass_mark",), None),
        (("questions", 0, "prompt"), "<p>Autre</p>"),
        (("questions", 0, "explanation"), "<p>Autre</p>"),
        (("questions", 0, "points"), 3),
        (("questions", 0, "choices", 0, "text"), "autre"),
        (("questions", 0, "choices", 1, "correct"), True),
        (("questions", 2, "answer"), True),
        (("questions",), QUIZ.to_json()["questions"][::-1]),
    ],
)
def test_whatever_a_learner_meets_is_in_the_hash(path, value):
    assert Quiz.model_validate(changed(path, value)).content_hash != QUIZ.content_hash


def test_the_maximum_is_the_sum_of_the_points():
    assert QUIZ.max_score == 4
    assert Quiz(title="Vide", questions=()).max_score == 0


def test_a_question_is_found_by_its_id():
    assert QUIZ.question("b") == MULTIPLE
    assert QUIZ.question("z") is None


@pytest.mark.parametrize(
    ("question", "response", "accepted"),
    [
        (SINGLE, [], True),
        (SINGLE, ["a2"], True),
        (SINGLE, ["a1", "a2"], False),
        (SINGLE, ["b1"], False),
        (MULTIPLE, [], True),
        (MULTIPLE, ["b3", "b1"], True),
        (MULTIPLE, ["b1", "b2", "b3"], True),
        (MULTIPLE, ["b1", "b1"], False),
        (MULTIPLE, ["b1", "a1"], False),
        (TRUE_FALSE, ["true"], True),
        (TRUE_FALSE, ["false"], True),
        (TRUE_FALSE, ["true", "false"], False),
        (TRUE_FALSE, ["vrai"], False),
    ],
)
def test_a_question_accepts_only_what_its_own_form_could_send(question, response, accepted):
    assert question.accepts(response) is accepted


def test_a_response_is_said_in_the_words_of_the_author_and_in_their_order():
    assert MULTIPLE.say(["b3", "b1"]) == "écouter ; imposer"
    assert [TRUE_FALSE.say(["true"]), TRUE_FALSE.say(["false"]), TRUE_FALSE.say([])] == ["Vrai", "Faux", ""]


def test_the_right_response_names_every_right_choice():
    assert [question.right_response for question in QUIZ.questions] == [["a1"], ["b1", "b2"], ["false"]]


def test_a_prompt_is_summed_up_as_one_line_of_text():
    assert SINGLE.summary == "Qui relie ?"
    assert plain("<p>Un &amp; deux</p>\n<p>trois</p>") == "Un & deux trois"


@made_once
def quiz_page(site):
    """A live quiz with a question of each type."""
    return make_quiz(make_module(make_track(site, modules=())))


def test_a_page_gives_the_quiz_that_its_author_wrote(quiz_page):
    quiz = quiz_of(quiz_page)
    assert (quiz.title, quiz.pass_mark, quiz.max_score) == ("Un quiz", 60, 3)
    first, second, third = quiz.questions
    assert (first.id, first.kind, first.prompt, first.explanation, first.points) == (
        quiz_page.questions[0].id,
        "single",
        "<p>Question A ?</p>",
        "<p>Explication de A.</p>",
        1,
    )
    assert [(choice.text, choice.correct) for choice in first.choices] == [
        ("A 1", True),
        ("A 2", False),
        ("A 3", False),
    ]
    assert [choice.id for choice in first.choices] == [
        child.id for child in quiz_page.questions[0].value["choices"].bound_blocks
    ]
    assert (second.kind, [choice.correct for choice in second.choices]) == ("multiple", [True, True, False, False])
    assert (third.kind, third.answer) == ("true_false", True)


def test_the_same_questions_are_frozen_once(quiz_page):
    version = freeze(quiz_page, at=NOW)
    again = freeze(QuizPage.objects.get(pk=quiz_page.pk), at=NOW + timedelta(days=1))
    assert (again.pk, again.created_at) == (version.pk, NOW)
    assert QuizVersion.objects.count() == 1


def test_an_edited_quiz_is_frozen_anew_and_its_former_version_stays(quiz_page):
    before = quiz_of(quiz_page)
    version = freeze(quiz_page, at=NOW)
    quiz_page.questions = [single("A", right=2), multiple("B"), true_false("C")]
    edited = freeze(publish(quiz_page), at=NOW)
    assert edited.pk != version.pk
    assert thaw(QuizVersion.objects.get(pk=version.pk)) == before
    quiz_page.questions = [single("A"), multiple("B"), true_false("C")]
    assert freeze(publish(quiz_page), at=NOW).pk == version.pk


def test_two_quizzes_with_the_same_questions_have_each_their_version(site):
    module = make_module(make_track(site, modules=()))
    first, second = (make_quiz(module, slug=f"quiz-{number}") for number in (1, 2))
    versions = [freeze(page, at=NOW) for page in (first, second)]
    assert versions[0].content_hash == versions[1].content_hash
    assert [version.quiz_id for version in versions] == [first.pk, second.pk]


def test_what_was_frozen_thaws_as_it_was(quiz_page):
    version = freeze(quiz_page, at=NOW)
    version.refresh_from_db()
    assert thaw(version) == quiz_of(quiz_page)
    assert version.content_hash == quiz_of(quiz_page).content_hash


def test_a_stored_version_that_was_tampered_with_is_refused(quiz_page):
    version = freeze(quiz_page, at=NOW)
    version.content["bonus"] = True
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        thaw(version)
