"""Between the first answer and the result nothing is lost and nothing is double: the server's side of it."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.models import QuizPage
from courses.versions import thaw
from learners import attempts
from learners.models import Answer, Attempt, Completion
from lms import answering
from tests.factories.courses import make_quiz, make_track, single
from tests.factories.learners import NOW, enrol, finish, make_person
from tests.lms.visiting import Screen, Visitor, plain

QUIZ = "/parcours/jeunes/module-1/quiz-1/"
LATER, SEND = "Enregistrer et continuer plus tard", "Envoyer mes réponses"
PASSWORD = "un secret bien gardé"


@pytest.fixture
def attempt(enrolment):
    """An attempt that the learner has just opened at « Quiz 1 »."""
    finish(enrolment, steps=2)
    return attempts.open_attempt(enrolment_pk=enrolment.pk, quiz_pk=QuizPage.objects.get(slug="quiz-1").pk, at=NOW)


@pytest.fixture
def names(attempt):
    """The names of the three controls: A (one choice), B (several), C (true or false)."""
    return [f"q-{question.id}" for question in thaw(attempt.version).questions]


def choice(attempt, number, place):
    """The value of that choice of that question, both counted from 1."""
    return thaw(attempt.version).questions[number - 1].options[place - 1].id


def stored(attempt):
    """The answers on the server, by number of question, as the places of the choices."""
    rows = dict(Answer.objects.filter(attempt=attempt).values_list("question_id", "response"))
    return {
        number: [place for place, option in enumerate(question.options, 1) if option.id in rows[question.id]]
        for number, question in enumerate(thaw(attempt.version).questions, 1)
        if rows.get(question.id)
    }


def filled(attempt):
    """A form whose three answers are right."""
    return {f"q-{question.id}": question.right_response for question in thaw(attempt.version).questions}


def ask(person, attempt, screen=None, fields=None, *, verb="enregistrer", **basis):
    """What the script of a page asks: the JSON answer with its status. ``basis`` replaces facts of the page."""
    page = screen or person.open(QUIZ)
    known = json.loads(page.soup.select_one("[name=basis]")["value"])
    data = {
        "csrfmiddlewaretoken": page.soup.select_one("[name=csrfmiddlewaretoken]")["value"],
        "basis": json.dumps({**known, "turn": known["turn"] + 1, **basis}),
        **(fields or {}),
    }
    address = f"/apprendre/tentatives/{attempt.pk}/{verb}/"
    response = person.client.post(address, data, headers={"Accept": "application/json"})
    return response.status_code, response.json()


# ---------------------------------------------------------------- as it is given


def test_a_script_that_saves_is_told_what_is_stored_at_which_revision_and_when(nadia, attempt, names):
    status, told = ask(nadia, attempt, fields={names[0]: ["", choice(attempt, 1, 2)]})

    assert (status, told) == (
        200,
        {
            "revision": 1,
            "said": "Enregistré à 11:00",
            "answers": {names[0].removeprefix("q-"): [choice(attempt, 1, 2)]},
            "refused": {},
            "elsewhere": {},
        },
    )
    assert stored(attempt) == {1: [2]}


def test_the_revision_grows_when_an_answer_changes_and_only_then(nadia, attempt, names):
    page = nadia.open(QUIZ)
    told = [
        ask(nadia, attempt, page, {names[0]: choice(attempt, 1, place)}, turn=turn)[1]["revision"]
        for turn, place in enumerate([1, 1, 2, 2, 1], start=1)
    ]

    assert told == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("questions", [1, 20])
def test_saving_costs_six_queries_from_the_session_to_the_last_row(nadia, learner, site, questions):
    track = make_track(site, slug="decideurs", modules=((0, False),))
    quiz = make_quiz(track.get_children().get().specific, questions=[single(f"Q{n}") for n in range(questions)])
    opened = attempts.open_attempt(enrolment_pk=enrol(learner, track).pk, quiz_pk=quiz.pk, at=NOW)
    page = nadia.open(quiz.url)

    counts = []
    for place in (1, 2):
        fields = {f"q-{question.id}": question.options[place].id for question in thaw(opened.version).questions}
        with CaptureQueriesContext(connection) as asked:
            assert ask(nadia, opened, page, fields, turn=place)[0] == 200
        savepoints = ("SAVEPOINT", "RELEASE SAVEPOINT")
        counts.append(len([query for query in asked if not query["sql"].startswith(savepoints)]))

    assert counts == [6, 6]


def test_an_answer_that_the_quiz_does_not_hold_is_refused_in_words_to_a_script_too(nadia, attempt, names):
    status, told = ask(nadia, attempt, fields={names[0]: "nowhere"})

    assert (status, told["error"]) == (
        400,
        "Ce formulaire ne correspond pas à ce quiz. Vos réponses déjà enregistrées sont intactes.",
    )
    assert stored(attempt) == {}


@pytest.mark.parametrize("verb", ["enregistrer", "envoyer"])
def test_the_attempt_of_somebody_else_is_as_unknown_as_one_that_does_not_exist(nadia, attempt, names, verb):
    stranger = Visitor(make_person("zoe@example.org"))

    answers = [
        stranger.post(f"/apprendre/tentatives/{pk}/{verb}/", {names[0]: choice(attempt, 1, 1)}).status
        for pk in (attempt.pk, attempt.pk + 1000)
    ]

    assert answers == [404, 404]
    assert stored(attempt) == {}


def test_no_reply_to_a_save_holds_a_right_answer_or_an_explanation(nadia, attempt, names):
    _status, told = ask(nadia, attempt, fields={names[0]: choice(attempt, 1, 3)})

    assert "Explication" not in json.dumps(told)
    assert choice(attempt, 1, 1) not in json.dumps(told)


# ---------------------------------------------------------------- two pages


def test_a_stale_page_does_not_overwrite_a_newer_answer_and_keeps_the_rest(nadia, attempt, names):
    stale, fresh = nadia.open(QUIZ), nadia.open(QUIZ)
    ask(nadia, attempt, fresh, {names[0]: choice(attempt, 1, 2)})

    status, told = ask(nadia, attempt, stale, {names[0]: choice(attempt, 1, 3), names[2]: choice(attempt, 3, 1)})

    assert (status, list(told["refused"].values())) == (409, ["Question 1\u00a0: «\u202fA 2\u202f»"])
    assert stored(attempt) == {1: [2], 3: [1]}


def test_a_page_is_told_of_what_another_one_answered_before_it_meets_it(nadia, attempt, names):
    stale, fresh = nadia.open(QUIZ), nadia.open(QUIZ)
    ask(nadia, attempt, fresh, {names[1]: [choice(attempt, 2, 1), choice(attempt, 2, 4)]})

    status, told = ask(nadia, attempt, stale, {names[0]: choice(attempt, 1, 3)})

    assert (status, list(told["elsewhere"].values())) == (200, ["Question 2\u00a0: «\u202fB 1\u202f; B 4\u202f»"])


def test_a_save_whose_reply_was_lost_is_repeated_without_dispute(nadia, attempt, names):
    page = nadia.open(QUIZ)
    first = ask(nadia, attempt, page, {names[0]: choice(attempt, 1, 2)}, turn=1)
    again = ask(nadia, attempt, page, {names[0]: choice(attempt, 1, 2)}, turn=1)
    changed = ask(nadia, attempt, page, {names[0]: choice(attempt, 1, 3)}, turn=2)
    late = ask(nadia, attempt, page, {names[0]: choice(attempt, 1, 1)}, turn=1)

    assert [status for status, _told in (first, again, changed, late)] == [200] * 4
    assert first == again
    assert stored(attempt) == {1: [3]}


def test_without_script_a_stale_page_comes_back_with_both_answers_and_what_was_typed(nadia, attempt, names):
    stale, fresh = nadia.open(QUIZ), nadia.open(QUIZ)
    nadia.press(fresh, LATER, {names[0]: choice(attempt, 1, 2)})

    page = nadia.press(stale, LATER, {names[0]: choice(attempt, 1, 3), names[2]: choice(attempt, 3, 1)})

    assert (page.status, page.title) == (409, "Erreur · Quiz 1 · Faire alliance")
    assert "Modifié depuis une autre page" in page.headings
    first = page.main.select_one("fieldset")
    told = plain(first.select_one(".question__clash").get_text(" "))
    assert told == "Enregistré depuis une autre page : A 2 . Ce qui est indiqué ci-dessous n’est pas encore enregistré."
    assert [one["value"] for one in first.select("[checked]")] == [choice(attempt, 1, 3)]
    assert page.links["Voir l’état à jour"] == QUIZ
    assert stored(attempt) == {1: [2], 3: [1]}

    nadia.press(page, LATER)
    assert stored(attempt) == {1: [3], 3: [1]}


def test_without_script_the_fresh_state_is_one_link_away(nadia, attempt, names):
    stale = nadia.open(QUIZ)
    nadia.press(nadia.open(QUIZ), LATER, {names[0]: choice(attempt, 1, 2)})
    page = nadia.press(stale, LATER, {names[0]: choice(attempt, 1, 3)})

    fresh = nadia.open(page.links["Voir l’état à jour"])

    assert [one["value"] for one in fresh.main.select("[checked]")] == [choice(attempt, 1, 2)]


def test_a_stale_page_that_saves_what_it_did_not_touch_undoes_nothing(nadia, attempt, names):
    nadia.press(nadia.open(QUIZ), LATER, {names[0]: choice(attempt, 1, 1)})
    stale = nadia.open(QUIZ)
    nadia.press(nadia.open(QUIZ), LATER, {names[0]: choice(attempt, 1, 2), names[1]: choice(attempt, 2, 4)})

    page = nadia.press(stale, LATER, {names[2]: choice(attempt, 3, 1)})

    assert (page.status, stored(attempt)) == (200, {1: [2], 2: [4], 3: [1]})


def test_nothing_is_graded_that_was_not_on_the_screen(nadia, attempt, names):
    stale = nadia.open(QUIZ)
    nadia.press(nadia.open(QUIZ), LATER, {names[1]: choice(attempt, 2, 4)})

    page = nadia.press(stale, SEND, {names[0]: choice(attempt, 1, 1), names[2]: choice(attempt, 3, 1)})

    assert page.status == 409
    assert "C’est ce qui est indiqué ci-dessous." in page.words
    assert [one["value"] for one in page.main.select("[checked]")] == [
        choice(attempt, 1, 1),
        choice(attempt, 2, 4),
        choice(attempt, 3, 1),
    ]
    assert Attempt.objects.get().submitted_at is None

    assert nadia.press(page, SEND).h1 == "Quiz réussi"


def test_one_browser_goes_back_and_sends_its_older_page_again_without_dispute(nadia, attempt, names):
    page = nadia.open(QUIZ)
    nadia.press(page, LATER, {names[0]: choice(attempt, 1, 2)})

    again = nadia.press(page, LATER, {names[0]: choice(attempt, 1, 3)})

    assert (again.status, stored(attempt)) == (200, {1: [3]})


@pytest.mark.parametrize("basis", ["", "{", "null", '{"page": "\\u0000"}', "[]"])
def test_a_page_that_says_nothing_we_could_have_made_is_heard_all_the_same(nadia, attempt, names, basis):
    page = nadia.press(nadia.open(QUIZ), LATER, {"basis": basis, names[0]: choice(attempt, 1, 2)})

    assert (page.status, stored(attempt)) == (200, {1: [2]})


# ---------------------------------------------------------------- sent once


def test_a_stale_page_leads_to_the_result_once_the_attempt_was_sent(nadia, attempt, names):
    stale = nadia.open(QUIZ)
    nadia.press(nadia.open(QUIZ), SEND, filled(attempt))
    before = list(Answer.objects.values())
    result = f"/apprendre/tentatives/{attempt.pk}/"

    pages = [nadia.press(stale, button, {names[0]: choice(attempt, 1, 3)}) for button in (SEND, LATER)]
    status, told = ask(nadia, attempt, stale, {names[0]: choice(attempt, 1, 3)})

    assert [(page.address, page.h1) for page in pages] == [(result, "Quiz réussi")] * 2
    assert (status, told["result"]) == (409, result)
    assert list(Answer.objects.values()) == before
    assert (Attempt.objects.count(), Completion.objects.count()) == (1, 3)


@pytest.mark.parametrize("address", [QUIZ, "/apprendre/tentatives/{}/"])
def test_no_page_of_a_quiz_is_kept_by_the_browser_for_its_back_button(nadia, attempt, address):
    nadia.press(nadia.open(QUIZ), SEND, filled(attempt))

    response = nadia.open(address.format(attempt.pk)).response

    assert "no-store" in response["Cache-Control"]


# ---------------------------------------------------------------- login expired


@pytest.fixture
def expired(nadia, learner, attempt):
    """The quiz open in a browser whose session is gone, and whose owner knows her password."""
    learner.set_password(PASSWORD)
    learner.save()
    nadia.client.force_login(learner)
    page = nadia.open(QUIZ)
    Session.objects.all().delete()
    return page


def sign_in(browser, door, person):
    """Through the form of that page."""
    return browser.press(door, "Se connecter", {"login": person.email, "password": PASSWORD})


def test_a_script_is_told_that_the_session_is_over_and_nothing_is_kept_on_the_server(nadia, attempt, expired, names):
    status, told = ask(nadia, attempt, expired, {names[0]: choice(attempt, 1, 2)})

    assert (status, list(told)) == (401, ["csrf"])
    assert (stored(attempt), Session.objects.count()) == ({}, 0)


@pytest.mark.parametrize("button", [LATER, SEND])
def test_without_script_answers_wait_behind_the_sign_in_and_one_button_saves_them(
    nadia, learner, attempt, expired, names, button
):
    door = nadia.press(expired, button, {names[0]: choice(attempt, 1, 2)})
    assert (door.h1, door.said) == (
        "Se connecter",
        ["Session expirée : vos réponses sont gardées. Connectez-vous pour les enregistrer."],
    )

    page = sign_in(nadia, door, learner)
    assert (page.address, page.h1) == (f"/apprendre/tentatives/{attempt.pk}/reprise/", "Vos réponses ont été gardées")
    nadia.open(page.address)
    assert stored(attempt) == {}

    quiz = nadia.press(page, "Enregistrer ces réponses")
    assert (quiz.address, stored(attempt)) == (QUIZ, {1: [2]})
    assert nadia.open(page.address).h1 == "Reconnexion réussie"
    assert Attempt.objects.get().submitted_at is None


def test_whoever_comes_back_by_another_road_is_told_that_answers_wait(nadia, learner, attempt, expired, names):
    sign_in(nadia, nadia.press(expired, LATER, {names[0]: choice(attempt, 1, 2)}), learner)

    page = nadia.open(QUIZ)

    assert page.links["Les retrouver"] == f"/apprendre/tentatives/{attempt.pk}/reprise/"


def test_answers_that_wait_are_not_given_to_somebody_else_who_signs_in(nadia, attempt, expired, names):
    stranger = make_person("zoe@example.org", password=PASSWORD)

    page = sign_in(nadia, nadia.press(expired, LATER, {names[0]: choice(attempt, 1, 2)}), stranger)

    assert page.status == 404
    assert answering.WAITING not in nadia.client.session
    assert nadia.post(f"/apprendre/tentatives/{attempt.pk}/reprise/").status == 404
    assert stored(attempt) == {}


def test_answers_that_wait_do_not_overwrite_what_another_device_saved_meanwhile(
    nadia, learner, attempt, expired, names
):
    page = sign_in(nadia, nadia.press(expired, LATER, {names[0]: choice(attempt, 1, 2)}), learner)
    phone = Visitor(learner)
    phone.press(phone.open(QUIZ), LATER, {names[0]: choice(attempt, 1, 3)})

    again = nadia.press(page, "Enregistrer ces réponses")

    assert (again.status, stored(attempt)) == (409, {1: [3]})
    assert [one["value"] for one in again.main.select("fieldset [checked]")] == [choice(attempt, 1, 2)]


def test_answers_that_wait_for_an_attempt_sent_meanwhile_lead_to_its_result(nadia, learner, attempt, expired, names):
    page = sign_in(nadia, nadia.press(expired, LATER, {names[0]: choice(attempt, 1, 2)}), learner)
    phone = Visitor(learner)
    phone.press(phone.open(QUIZ), SEND, filled(attempt))

    assert nadia.press(page, "Enregistrer ces réponses").h1 == "Quiz réussi"


def test_answers_wait_for_a_day(nadia, learner, attempt, expired, names, clock):
    page = sign_in(nadia, nadia.press(expired, LATER, {names[0]: choice(attempt, 1, 2)}), learner)
    clock.shift(answering.WAITS + 1)

    assert nadia.open(page.address).h1 == "Reconnexion réussie"


def test_only_as_much_waits_as_a_quiz_holds(nadia, expired, names):
    door = nadia.press(expired, LATER, {names[0]: "x" * answering.LARGEST})

    assert door.said == ["Session expirée : ces réponses sont trop longues pour être gardées ici."]
    assert answering.WAITING not in nadia.client.session


def test_nothing_but_answers_waits_in_the_session(nadia, attempt, expired, names):
    nadia.press(expired, LATER, {names[0]: choice(attempt, 1, 2), "is_staff": "1", "score": "3"})

    kept = answering.QueryDict(nadia.client.session[answering.WAITING]["answers"])

    assert set(kept) == {"basis", *names}


# ---------------------------------------------------------------- a token made before signing in again


def test_a_script_whose_token_is_old_is_given_the_one_that_fits(nadia, attempt, names):
    page = nadia.open(QUIZ)
    nadia.client.cookies["csrftoken"] = "b" * 32

    status, told = ask(nadia, attempt, page, {names[0]: choice(attempt, 1, 2)})
    assert (status, stored(attempt)) == (403, {})

    page.soup.select_one("[name=csrfmiddlewaretoken]")["value"] = told["csrf"]
    status, _told = ask(nadia, attempt, page, {names[0]: choice(attempt, 1, 2)})
    assert (status, stored(attempt)) == (200, {1: [2]})


def test_without_script_answers_with_an_old_token_wait_for_a_button_and_are_not_lost(nadia, attempt, names):
    page = nadia.open(QUIZ)
    nadia.client.cookies["csrftoken"] = "b" * 32

    kept = nadia.press(page, SEND, {names[0]: choice(attempt, 1, 2)})
    assert (kept.h1, stored(attempt)) == ("Vos réponses ont été gardées", {})

    nadia.press(kept, "Enregistrer ces réponses")
    assert stored(attempt) == {1: [2]}


def test_a_form_of_another_site_leaves_nothing_with_a_visitor(attempt, names, client):
    client.handler.enforce_csrf_checks = True

    response = client.post(f"/apprendre/tentatives/{attempt.pk}/enregistrer/", {names[0]: choice(attempt, 1, 2)})

    assert (response.status_code, response.cookies.get("sessionid")) == (403, None)


# ---------------------------------------------------------------- signing out


def test_signing_out_empties_what_pages_keep_in_the_browser(nadia, track):
    response = nadia.open("/mon-espace/").response
    out = nadia.press(Screen(response, "/mon-espace/"), "Se déconnecter")

    assert out.response.redirect_chain
    token = nadia.client.cookies["csrftoken"].value
    again = nadia.client.post("/compte/deconnexion/", {"csrfmiddlewaretoken": token})
    assert again["Clear-Site-Data"] == '"storage"'
