"""Attempts marked again with a corrected key: what would change, what changes, and what never does."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from courses.models import QuizPage
from courses.versions import freeze, quiz_of, store
from learners import attempts, regrading, reviews
from learners.errors import KeyMisfit
from learners.models import Answer, Attempt, Certificate, Regrade, User
from tests.factories.courses import make_quiz, make_track, publish, single
from tests.factories.learners import NOW, enrol, make_person
from tests.factories.reviews import TEXT, levels_of, open_text
from tests.worlds import made_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def boss(db):
    """Who decides."""
    return User.objects.create_superuser("louise@example.org", None)


@made_once
def quiz(published):
    """Two questions of one point, all of them to be right; the key of B is wrong: « B 1 » instead of « B 2 »."""
    track = make_track(published[0], slug="essai", modules=((0, False),))
    return make_quiz(track.get_children().first(), questions=[single("A"), single("B")], pass_mark=100)


def answer(quiz, number_of_b, *, email="nadia@example.org", at=NOW):
    """An attempt of somebody: right about A, and this choice for B."""
    row = enrol(make_person(email), quiz.get_parent().get_parent().specific)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=at)
    first, second = attempt.paper.questions
    responses = {first.id: first.right_response, second.id: [second.options[number_of_b - 1].id]}
    return attempts.submit(attempt_pk=attempt.pk, responses=responses, at=at)


def corrected(quiz, *questions):
    """The version of the quiz once its author has changed the questions."""
    page = QuizPage.objects.get(pk=quiz.pk)
    page.questions = page.questions.stream_block.to_python(list(questions))
    return freeze(publish(page), at=NOW + DAY)


def key_of(quiz):
    return corrected(quiz, single("A"), single("B", right=2))


def regrade(attempt, key, by, **options):
    return regrading.regrade(
        attempt_pk=attempt.pk, key=key, by=by, why="Le corrigé était faux.", at=NOW + DAY, **options
    )


def amended(quiz, amendment):
    """The corrected key, mended that way for question B."""
    key_of(quiz)
    page = QuizPage.objects.get(pk=quiz.pk)
    second = quiz_of(page).questions[1]
    return store(page, quiz_of(page).mending({second.id: amendment}), at=NOW + DAY)


def mending(quiz, **choices):
    """What somebody chose for the questions of the quiz, « first » and « second »."""
    page = QuizPage.objects.get(pk=quiz.pk)
    today = quiz_of(page)
    ids = dict(zip(("first", "second"), (one.id for one in today.questions), strict=True))
    return regrading.Mending(page, today, {ids[name]: choice for name, choice in choices.items()})


def state(attempt):
    attempt = Attempt.objects.get(pk=attempt.pk)
    return attempt.score, attempt.passed, attempt.enrolment.completions.exists()


def test_looking_first_says_what_would_change_and_writes_nothing(quiz):
    attempt = answer(quiz, 2)
    before = list(Answer.objects.order_by("pk").values()), Attempt.objects.values().get()
    outcome = regrading.foresee(attempt_pk=attempt.pk, key=key_of(quiz))
    assert [(one.asked, one.points, grade.points) for one, grade in outcome.changed] == [("Question B ?", 0, 1)]
    assert (outcome.result.score, outcome.result.passed) == (2, True)
    assert (list(Answer.objects.order_by("pk").values()), Attempt.objects.values().get()) == before


def test_a_corrected_key_gives_the_points_completes_the_step_and_dates_the_change(quiz, boss):
    attempt, key = answer(quiz, 2), key_of(quiz)
    assert state(attempt) == (1, False, False)
    regrade(attempt, key, boss)
    assert state(attempt) == (2, True, True)
    assert Regrade.objects.values("before", "after", "by", "at", "why", "key").get() == {
        "before": 0,
        "after": 1,
        "by": boss.pk,
        "at": NOW + DAY,
        "why": "Le corrigé était faux.",
        "key": key.pk,
    }
    assert Certificate.objects.get().issued_at == NOW + DAY


def test_doing_it_twice_changes_nothing(quiz, boss):
    attempt, key = answer(quiz, 2), key_of(quiz)
    regrade(attempt, key, boss)
    assert regrade(attempt, key, boss).changed == ()
    assert (Regrade.objects.count(), regrading.to_regrade(key).count()) == (1, 0)


def test_nobody_loses_a_pass_unless_who_decides_says_so(quiz, boss):
    attempt = answer(quiz, 1)
    outcome = regrade(attempt, key_of(quiz), boss)
    assert (outcome.loses, state(attempt), Regrade.objects.count()) == (True, (2, True, True), 0)
    assert Attempt.objects.get().key is None


@pytest.mark.parametrize(
    ("amendment", "scores"),
    # The right answer of before, that of now, one that never was right.
    [("both", [2, 2, 1]), ("all", [2, 2, 2]), ("old", [2, 1, 1])],
)
def test_a_wrong_key_is_mended_as_who_decides_chooses(quiz, boss, amendment, scores):
    given = [answer(quiz, number, email=f"p{number}@example.org") for number in (1, 2, 3)]
    key = amended(quiz, amendment)
    for attempt in given:
        regrade(attempt, key, boss)
    assert [state(attempt)[0] for attempt in given] == scores
    assert [state(attempt)[1] for attempt in given] == [score == 2 for score in scores]


def test_points_for_all_are_for_those_who_left_it_blank_too(quiz, boss):
    row = enrol(make_person("nadia@example.org"), quiz.get_parent().get_parent().specific)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
    first, _ = attempt.paper.questions
    attempts.submit(attempt_pk=attempt.pk, responses={first.id: first.right_response}, at=NOW, allow_blank=True)
    regrade(attempt, amended(quiz, "all"), boss)
    assert state(attempt) == (2, True, True)


def test_what_would_change_is_foreseen_for_everybody_those_who_lose_first_in_as_many_queries(
    quiz, boss, django_assert_num_queries
):
    for number in (3, 2, 1, 2):
        answer(quiz, number, email=f"p{User.objects.count()}@example.org")
    key_of(quiz)
    mended = mending(quiz, first="old")
    with django_assert_num_queries(4):
        outcomes, misfits = regrading.foresee_all(mended)
    assert [(one.loses, one.gains, one.score, one.result.score) for one in outcomes] == [
        (True, False, 2, 1),
        (False, True, 1, 2),
        (False, True, 1, 2),
    ]
    assert misfits == 0


def test_what_was_mended_once_stays_so_when_another_question_is(quiz, boss):
    attempt = answer(quiz, 3)
    regrade(attempt, amended(quiz, "all"), boss)
    assert state(attempt)[0] == 2
    outcomes, _ = regrading.foresee_all(mending(quiz, first="old", second="old"))
    assert outcomes == []
    (outcome,), _ = regrading.foresee_all(mending(quiz, first="all"))
    assert (outcome.loses, outcome.result.score) == (True, 1)  # the new key of B was chosen, and « B 3 » is wrong
    regrade(
        attempt,
        store(quiz, mending(quiz, first="all", second="old").key_for(Attempt.objects.get()).thawed, at=NOW),
        boss,
    )
    assert state(attempt) == (2, True, True)


def test_only_the_questions_whose_key_changed_are_said_to_be_marked_otherwise(quiz, boss):
    answer(quiz, 2)
    assert regrading.questions_marked_otherwise(quiz.pk, quiz_of(QuizPage.objects.get(pk=quiz.pk))) == set()
    reworded = single("A")
    reworded["value"]["prompt"] = "<p>Question A, mieux dite ?</p>"
    corrected(quiz, reworded, single("B", right=2))
    today = quiz_of(QuizPage.objects.get(pk=quiz.pk))
    assert regrading.questions_marked_otherwise(quiz.pk, today) == {today.questions[1].id}


def test_what_was_earned_with_the_wrong_key_is_kept(quiz, boss):
    attempt = answer(quiz, 1)
    regrade(attempt, key_of(quiz), boss, may_lose=True)
    assert state(attempt) == (1, False, True)
    assert Certificate.objects.get().revoked_at is None


def test_the_paper_shows_the_corrected_key_and_still_asks_what_was_asked(quiz, boss):
    attempt = answer(quiz, 2)
    block = single("B", right=2, points=5)
    block["value"]["prompt"] = "<p>Une autre question ?</p>"
    regrade(attempt, corrected(quiz, single("A"), block), boss)
    _, second = Attempt.objects.get().paper.questions
    assert (second.solution, second.summary, second.points) == ("B 2", "Question B ?", 1)


def test_a_question_that_is_gone_or_asks_otherwise_keeps_its_mark(quiz, boss):
    attempt = answer(quiz, 1)
    outcome = regrade(attempt, corrected(quiz, single("C")), boss)
    assert (outcome.changed, state(attempt)[0]) == ((), 2)


def test_answers_that_could_not_have_been_given_are_refused(quiz, boss):
    attempt = answer(quiz, 3)
    with pytest.raises(KeyMisfit):
        regrade(attempt, corrected(quiz, single("A"), single("B", choices=2)), boss)
    assert Attempt.objects.get().key is None


def test_what_a_human_gave_stays_and_counts(site, boss):
    track = make_track(site, slug="essai", modules=((0, False),))
    quiz = make_quiz(track.get_children().first(), questions=[single("A"), open_text()], pass_mark=100)
    row = enrol(make_person("nadia@example.org"), track)
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW)
    first, second = attempt.paper.questions
    responses = {first.id: [first.options[1].id], second.id: TEXT}
    attempts.submit(attempt_pk=attempt.pk, responses=responses, at=NOW)
    text = attempt.answers.get(question_id=second.id)
    key = corrected(quiz, single("A", right=2), open_text(criteria=(("Autre chose", 1),)))
    regrade(attempt, key, boss)
    assert state(attempt) == (1, None, False)
    reviews.review(answer_pk=text.pk, by=boss, levels=levels_of(text, 2, 1), comment="", at=NOW + DAY)
    assert state(attempt) == (4, True, True)
    compared = open_text()
    compared["value"]["review"] = "self"
    regrade(attempt, corrected(quiz, single("A", right=3), compared), boss, may_lose=True)
    assert state(attempt) == (3, False, True)


# ------------------------------------------------------------ the command


def run(*args):
    said = StringIO()
    call_command("regrade_quiz", *args, stdout=said, stderr=said)
    return said.getvalue()


def test_the_command_says_first_and_writes_when_told_who_and_why(quiz, boss):
    attempt = answer(quiz, 2)
    key_of(quiz)
    line = f"  tentative {attempt.pk} : Question B ? 0 → 1\n"
    assert run(str(quiz.pk)) == f"{line}Tentatives à modifier (rien n’est écrit sans --write) : 1\n"
    with pytest.raises(CommandError, match="--by"):
        run(str(quiz.pk), "--write")
    assert not Regrade.objects.exists()
    assert run(str(quiz.pk), "--write", "--by", boss.email, "--why", "Faux.") == f"{line}Tentatives modifiées : 1\n"
    assert run(str(quiz.pk)) == "Tentatives à modifier (rien n’est écrit sans --write) : 0\n"
    assert state(attempt) == (2, True, True)


def test_the_command_leaves_a_pass_unless_told(quiz, boss):
    attempt = answer(quiz, 1)
    key_of(quiz)
    told = (str(quiz.pk), "--write", "--by", boss.email, "--why", "Faux.")
    assert f"tentative {attempt.pk} : garde sa réussite" in run(*told)
    assert state(attempt) == (2, True, True)
    run(*told, "--may-lose")
    assert state(attempt) == (1, False, True)


def test_an_attempt_that_does_not_fit_stops_no_other(quiz, boss):
    answer(quiz, 3)
    other = answer(quiz, 2, email="tom@example.org", at=NOW + DAY)
    corrected(quiz, single("A"), single("B", right=2, choices=2))
    said = run(str(quiz.pk), "--write", "--by", boss.email, "--why", "Faux.")
    assert "ne vont pas avec ce corrigé" in said
    assert state(other) == (2, True, True)
