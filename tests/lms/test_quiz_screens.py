"""What a learner reads around a quiz: the rules, the feedback of each try, and results when they are shown."""

from datetime import timedelta

import pytest

from courses.outline import outline_by_pk
from courses.reveal import KINDS, MOMENTS
from learners import accommodations, attempts
from learners.models import Accommodation, Attempt, CohortQuizWindow
from tests.factories.courses import make_quiz, make_track, publish, single
from tests.factories.learners import NOW, enrol, make_cohort
from tests.factories.questions import every_block
from tests.worlds import made_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SECRET = "Parce que la carpe dort"
HINT = "Pensez au lapin"
CHOICE = "Commentaire du choix"


@made_once
def track(published):
    """A track whose only module has nothing yet."""
    return make_track(published[0], slug="decideurs", modules=((0, False),))


@pytest.fixture
def row(track, learner):
    """The enrolment of the learner, in a cohort."""
    return enrol(learner, track, cohort=make_cohort(track))


@pytest.fixture
def build(track):
    """A quiz with these settings, and its address."""

    def build(**fields):
        quiz = make_quiz(track.get_children().first(), **{"questions": secretive(), **fields})
        (step,) = outline_by_pk(track.pk).steps
        return quiz, step.url

    return build


def secretive():
    """Two questions with an explanation, hints and comments that must not be read too early."""
    found = [single("A"), single("B")]
    for block in found:
        block["value"]["explanation"] = f"<p>{SECRET}.</p>"
        block["value"]["hints"] = [{"type": "item", "id": "h", "value": f"<p>{HINT}.</p>"}]
        for choice in block["value"]["choices"]:
            choice["value"]["feedback"] = CHOICE
    return found


def field(question):
    """The name of its controls."""
    return f"q-{question.id}"


def wrong(question):
    """A wrong choice."""
    return next(option.id for option in question.options if not option.correct)


# ---------------------------------------------------------------- before starting


def test_the_rules_are_said_before_starting(nadia, row, build):
    _, url = build(
        time_limit=30, max_attempts=3, delay_minutes=60, counts="average", certainty=True, behaviour="formative"
    )
    words = nadia.open(url).words
    assert "2 questions, en 30 min au plus." in words
    assert "Il reste 3 tentatives. 1 h au moins entre deux tentatives." in words
    assert "Ce qui compte : la moyenne de toutes les tentatives." in words
    assert "coûte 33 % des points" in words
    assert "degré de certitude" in words


def test_the_time_of_somebody_with_an_accommodation_is_said_in_both_ways(nadia, row, build, learner, admin):
    _, url = build(time_limit=30)
    accommodations.grant(person=learner, extra_percent=100, by=admin, at=NOW)
    page = nadia.open(url)
    assert "en 60 min au plus (30 min + aménagement)." in page.words
    page = nadia.press(page, "Commencer le quiz")
    assert "À envoyer avant 12:00 , le 23 novembre 2026." in page.words
    assert "Rien ne presse" not in page.words


def test_a_quiz_that_is_not_open_says_when_it_opens(nadia, row, build, clock):
    quiz, url = build()
    CohortQuizWindow.objects.create(cohort=row.cohort, quiz=quiz, opens_at=NOW + 24 * HOUR, closes_at=NOW + 48 * HOUR)
    page = nadia.open(url)
    assert "Ce quiz ouvre le 24 novembre 2026 à 10:00." in page.words
    assert "Commencer le quiz" not in page.buttons
    refused = nadia.post(f"/apprendre/quiz/{quiz.pk}/commencer/")
    assert "Ce quiz ouvre le" in refused.words
    assert not Attempt.objects.exists()
    clock.shift(24 * HOUR)
    assert "Commencer le quiz" in nadia.open(url).buttons


def test_when_the_time_is_over_the_next_page_shows_the_result_of_what_was_saved(nadia, row, build, clock):
    _, url = build(time_limit=10)
    page = nadia.press(nadia.open(url), "Commencer le quiz")
    first, _ = Attempt.objects.get().paper.questions
    nadia.press(page, "Enregistrer et continuer plus tard", {field(first): first.right_response})
    clock.shift(HOUR)
    page = nadia.open(url)
    assert "Le temps est écoulé" in page.said[0]
    assert "50 %" in page.words
    assert Attempt.objects.get().timed_out


def test_a_form_sent_too_late_is_told_so(nadia, row, build, clock):
    _, url = build(time_limit=10)
    page = nadia.press(nadia.open(url), "Commencer le quiz")
    first, second = Attempt.objects.get().paper.questions
    clock.shift(HOUR)
    answers = {field(first): first.right_response, field(second): second.right_response}
    late = nadia.press(page, "Envoyer mes réponses", answers)
    assert "Le temps est écoulé" in late.said[0]
    assert Attempt.objects.get().score == 0


# ---------------------------------------------------------------- question by question


def test_a_practice_question_answers_back_try_after_try(nadia, row, build):
    _, url = build(behaviour="formative", penalty=40)
    page = nadia.press(nadia.open(url), "Commencer le quiz")
    first, second = Attempt.objects.get().paper.questions
    assert HINT not in page.words
    page = nadia.press(page, "Vérifier la question 1", {field(first): [wrong(first)], field(second): [wrong(second)]})
    assert page.address.endswith("#question-1")
    question = page.soup.find(id="question-1")
    assert HINT in question.get_text()
    assert "Il reste 1 essai." in question.get_text()
    assert CHOICE in question.get_text()
    assert SECRET not in page.words
    assert page.soup.select_one(f"#question-2 input[value='{wrong(second)}'][checked]")  # kept, not checked
    page = nadia.press(page, "Vérifier la question 1", {field(first): first.right_response})
    question = page.soup.find(id="question-1")
    assert "Juste" in question.get_text()
    assert SECRET in question.get_text()
    assert not question.find_all("input")
    result = nadia.press(page, "Envoyer mes réponses", {field(second): second.right_response})
    assert "1,6 point sur 2" in result.words
    assert "2 essais" in result.words


def test_a_blank_practice_question_asks_for_an_answer(nadia, row, build):
    _, url = build(behaviour="formative")
    page = nadia.press(nadia.open(url), "Commencer le quiz")
    page = nadia.press(page, "Vérifier la question 2")
    assert page.said == ["Cette question attend une réponse avant d’être vérifiée."]


# ---------------------------------------------------------------- what is shown, and when

TELLTALES = {
    "answers": "Votre réponse",
    "marks": "À revoir",
    "solutions": "Bonne réponse",
    "feedback": SECRET,
    "score": "50 %",
}


def shown_in(page):
    """The kinds of information that this page shows."""
    return {kind for kind, words in TELLTALES.items() if words in page.words}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", MOMENTS[1:])
def test_each_kind_is_shown_at_its_moments_and_at_no_other(nadia, row, build, clock, kind, moment):
    quiz, url = build(
        pass_mark=None,
        reveal_custom=True,
        counts="best",
        **{f"reveal_{one}": [] for one in MOMENTS} | {f"reveal_{moment}": [kind]},
    )
    CohortQuizWindow.objects.create(cohort=row.cohort, quiz=quiz, closes_at=NOW + 5 * HOUR)
    page = nadia.press(nadia.open(url), "Commencer le quiz")
    first, second = Attempt.objects.get().paper.questions
    result = nadia.press(
        page, "Envoyer mes réponses", {field(first): first.right_response, field(second): [wrong(second)]}
    )
    for one in MOMENTS[1:]:
        expected = {kind} if one == moment else set()
        assert shown_in(nadia.open(result.address)) == expected
        past = nadia.open(url).words
        assert ("50 %" in past) is ("score" in expected)
        clock.shift(2 * HOUR)


def test_nothing_leaks_in_a_whole_assessed_attempt_that_shows_nothing(nadia, row, build):
    _, url = build(pass_mark=None, reveal_custom=True, behaviour="assessed")
    pages = [nadia.open(url)]
    pages.append(nadia.press(pages[-1], "Commencer le quiz"))
    first, second = Attempt.objects.get().paper.questions
    pages.append(nadia.press(pages[-1], "Enregistrer et continuer plus tard", {field(first): [wrong(first)]}))
    pages.append(nadia.press(pages[-1], "Envoyer mes réponses"))
    pages.append(nadia.press(pages[-1], "Envoyer sans ces réponses", {field(second): second.right_response}))
    pages.append(nadia.open(url))
    html = "".join(page.response.content.decode() for page in pages)
    for secret in (SECRET, HINT, CHOICE, "À revoir", "Juste", "correct", 'data-mark="right"', "50 %"):
        assert secret not in html
    assert "Réponses envoyées" in pages[-2].h1


def test_no_right_answer_of_any_type_is_read_before_sending(nadia, row, track):
    """The questions are shown with the words of the right answers only where they are to be chosen."""
    make_quiz(track.get_children().first(), questions=every_block(), pass_mark=None)
    (step,) = outline_by_pk(track.pk).steps
    page = nadia.press(nadia.open(step.url), "Commencer le quiz")
    html = page.response.content.decode()
    for question in Attempt.objects.get().paper.questions:
        assert question.explanation == "" or question.explanation[3:-4] not in html
        if question.kind in {"short_text", "open"}:
            assert question.solution not in html
    assert "Un récit court" not in html
    assert "alliance</option>" not in html


def test_the_comment_follows_the_score(nadia, row, build):
    bands = [
        {"type": "band", "id": str(percent), "value": {"percent": percent, "text": f"<p>{text}</p>"}}
        for percent, text in ((0, "Encore un peu."), (50, "À mi-chemin."), (90, "Superbe."))
    ]
    _, url = build(pass_mark=None, bands=bands)
    page = nadia.press(nadia.open(url), "Commencer le quiz")
    first, second = Attempt.objects.get().paper.questions
    result = nadia.press(
        page, "Envoyer mes réponses", {field(first): first.right_response, field(second): [wrong(second)]}
    )
    assert "À mi-chemin." in result.words
    assert "Superbe." not in result.words
    assert "Encore un peu." not in result.words


@pytest.mark.parametrize("opened", [False, True])
def test_a_quiz_page_takes_six_queries(nadia, row, build, learner, admin, opened, django_assert_num_queries):
    quiz, url = build(time_limit=30)
    CohortQuizWindow.objects.create(cohort=row.cohort, quiz=quiz, closes_at=NOW + 48 * HOUR)
    accommodations.grant(person=learner, extra_percent=50, by=admin, at=NOW)
    if opened:
        attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=NOW + HOUR)
    with django_assert_num_queries(6):
        nadia.client.get(url)


# ---------------------------------------------------------------- the CMS


def test_the_settings_of_a_quiz_are_kept_by_the_editor(client, admin, build):
    quiz, _ = build()
    client.force_login(admin)
    html = client.get(f"/admin/pages/{quiz.pk}/edit/").content.decode()
    for words in ("Comportement", "Temps et ordre", "Ce qui est montré, et quand", "les bonnes réponses"):
        assert words in html
    quiz.reveal_custom, quiz.reveal_after = True, ["score"]
    assert publish(quiz).revealed("after") == {"score"}


def test_an_accommodation_is_granted_and_ended_in_the_admin(client, admin, learner):
    client.force_login(admin)
    client.post("/admin/accommodations/new/", {"person": learner.pk, "extra_percent": 33})
    given = Accommodation.objects.get()
    assert (given.extra_percent, given.granted_by, given.ended_at) == (33, admin, None)
    client.post(f"/admin/accommodations/edit/{given.pk}/", {})
    given.refresh_from_db()
    assert given.ended_at is not None


def test_the_dates_of_quizzes_are_set_with_the_cohort(client, admin, row):
    client.force_login(admin)
    assert "Dates des quiz" in client.get(f"/admin/cohorts/edit/{row.cohort_id}/").content.decode()
