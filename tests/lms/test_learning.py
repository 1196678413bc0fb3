"""What a learner does, from the enrolment to the attestation, by the buttons of the pages."""

from datetime import date, timedelta

import pytest
from wagtail.models import Page

from courses.models import QuizPage
from courses.outline import outline_by_pk
from courses.versions import thaw
from learners import subscriptions
from learners.models import Answer, Attempt, Certificate, Completion, Enrolment, Letter
from tests.factories.courses import make_lesson, make_module, make_quiz, make_track, publish
from tests.factories.learners import NOW, enrol, finish, finish_step, make_cohort, make_person, right_responses
from tests.lms.visiting import Visitor

LESSON_1, LESSON_2 = "/parcours/jeunes/module-1/lecon-11/", "/parcours/jeunes/module-1/lecon-12/"
QUIZ = "/parcours/jeunes/module-1/quiz-1/"
LESSON_3 = "/parcours/jeunes/module-2/lecon-21/"
DONE = "J’ai terminé cette étape"


def filled(attempt, right=True):
    """The fields of the quiz form, all right or all wrong."""
    quiz = thaw(attempt.version)
    wrong = {question.id: [question.options[-1].id] for question in quiz.questions}
    return {f"q-{key}": value for key, value in (right_responses(attempt) if right else wrong).items()}


def records():
    """Everything that a learner's verbs may write, as plain values."""
    return {
        "enrolments": list(Enrolment.objects.order_by("pk").values()),
        "completions": list(Completion.objects.order_by("pk").values()),
        "attempts": list(Attempt.objects.order_by("pk").values()),
        "answers": list(Answer.objects.order_by("pk").values()),
        "certificates": list(Certificate.objects.order_by("pk").values()),
        "letters": list(Letter.objects.order_by("pk").values()),
    }


# ---------------------------------------------------------------- the whole way


def test_a_learner_goes_from_the_track_to_the_attestation_by_pressing_the_buttons_of_the_pages(nadia, learner, track):
    first = nadia.press(nadia.open("/parcours/jeunes/"), "S’inscrire au parcours")
    assert (first.address, first.h1) == (LESSON_1, "Leçon 1.1")
    assert first.said == ["Vous voilà inscrit au parcours Jeunes. Bonne route !"]

    second = nadia.press(first, DONE)
    assert (second.address, second.h1) == (LESSON_2, "Leçon 1.2")
    rules = nadia.press(second, DONE)
    assert (rules.address, rules.h1) == (QUIZ, "Quiz 1")

    questions = nadia.press(rules, "Commencer le quiz")
    assert (questions.address, questions.h1) == (QUIZ, "Quiz 1")
    result = nadia.press(questions, "Envoyer mes réponses", filled(Attempt.objects.get()))
    assert result.address == f"/apprendre/tentatives/{Attempt.objects.get().pk}/"
    assert result.h1 == "Quiz réussi"
    assert result.links["Continuer"] == LESSON_3

    end = nadia.press(nadia.open(result.links["Continuer"]), DONE)
    assert end.address == "/parcours/jeunes/"
    assert end.said == ["Parcours terminé : l’attestation est prête, elle part aussi par e-mail."]

    proof = nadia.open(end.links["Voir mon attestation"])
    certificate = Certificate.objects.get()
    assert (proof.status, proof.h1) == (200, "Cette attestation est authentique")
    assert (certificate.holder, certificate.enrolment.person) == ("Nadia Benali", learner)
    assert list(Letter.objects.order_by("pk").values_list("kind", flat=True)) == ["welcome", "certificate"]


def test_the_pdf_of_the_attestation_is_there_at_once_for_its_holder(nadia, track, enrolment):
    finish(enrolment)
    code = Certificate.objects.get().code

    response = nadia.client.get(nadia.open(f"/attestations/{code}/").links["Télécharger mon attestation (PDF)"])

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response.content[:5] == b"%PDF-"
    assert response["Content-Disposition"] == f'inline; filename="attestation-{code}.pdf"'


# ---------------------------------------------------------------- where each verb leads


def test_enrolling_again_changes_nothing_and_leads_to_the_step_reached(nadia, track, enrolment):
    finish(enrolment, steps=1)
    before = records()

    page = nadia.post("/apprendre/jeunes/inscription/")

    assert page.address == LESSON_2
    assert records() == before


def test_withdrawing_erases_nothing_and_returning_finds_everything(nadia, track, enrolment):
    finish(enrolment, steps=2)

    left = nadia.press(nadia.open("/parcours/jeunes/"), "Confirmer mon retrait")
    back = nadia.press(left, "S’inscrire au parcours")

    assert left.address == "/parcours/jeunes/"
    assert "Rien n’est effacé" in left.said[0]
    assert back.address == QUIZ
    assert Completion.objects.count() == 2
    assert Enrolment.objects.get().withdrawn_at is None


def test_finishing_the_last_step_of_a_module_leads_to_its_end(nadia, empty, learner):
    track = make_track(empty, slug="jeunes", modules=((1, False), (1, False)))
    enrol(learner, track)

    page = nadia.press(nadia.open(LESSON_1), DONE)

    assert page.address == "/parcours/jeunes/module-1/"
    assert "Module terminé" in page.headings
    assert page.links["Continuer"] == LESSON_3


def test_finishing_a_step_twice_leads_on_and_writes_one_completion(nadia, track, enrolment, steps):
    lesson = nadia.open(LESSON_1)

    pages = [nadia.press(lesson, DONE), nadia.press(lesson, DONE)]

    assert [(page.status, page.address) for page in pages] == [(200, LESSON_2)] * 2
    assert Completion.objects.count() == 1


def test_finishing_a_step_read_again_leads_to_where_the_learner_is(nadia, track, enrolment, steps):
    finish(enrolment, steps=3)

    assert nadia.post(f"/apprendre/etapes/{steps[0].pk}/terminer/").address == LESSON_3


def test_continue_leads_to_the_first_open_step_after_the_last_touched(nadia, empty, learner):
    track = make_track(empty, slug="jeunes", modules=((2, False), (2, False)), in_order=False)
    row = enrol(learner, track)
    outline = outline_by_pk(track.pk)

    def leads():
        return [nadia.open(address).links["Continuer"] for address in ("/parcours/jeunes/", "/mon-espace/")]

    assert leads() == [outline.steps[0].url] * 2
    finish_step(row, outline.steps[2])
    assert leads() == [outline.steps[3].url] * 2
    finish_step(row, outline.steps[3])
    assert leads() == [outline.steps[0].url] * 2


def test_an_optional_step_is_proposed_and_does_not_hold_the_attestation_back(nadia, learner, empty):
    track = make_track(empty, slug="jeunes", modules=())
    module = make_module(track)
    make_lesson(module, title="Pour aller plus loin", required=False)
    make_lesson(module, title="L’essentiel")
    enrol(learner, track)

    assert nadia.open("/parcours/jeunes/").links["Continuer"] == "/parcours/jeunes/module-1/pour-aller-plus-loin/"
    end = nadia.press(nadia.open("/parcours/jeunes/module-1/lessentiel/"), DONE)

    assert end.address == "/parcours/jeunes/"
    assert Certificate.objects.count() == 1


def test_finishing_an_optional_step_after_the_end_does_not_announce_the_attestation_again(nadia, learner, empty):
    track = make_track(empty, slug="jeunes", modules=((1, False),))
    make_lesson(Page.objects.get(slug="module-1").specific, title="En plus", required=False)
    finish(enrol(learner, track), steps=1)

    page = nadia.press(nadia.open("/parcours/jeunes/module-1/en-plus/"), DONE)

    assert page.said == []
    assert Certificate.objects.count() == 1


# ---------------------------------------------------------------- quiz


@pytest.fixture
def attempt(enrolment):
    """An attempt that the learner has just opened at « Quiz 1 »."""
    finish(enrolment, steps=2)
    Visitor(enrolment.person).post(f"/apprendre/quiz/{QuizPage.objects.get().pk}/commencer/")
    return Attempt.objects.get()


def checked(page):
    """The ticked answers of a quiz page, by question."""
    found = {}
    for one in page.main.select("input[checked]"):
        found.setdefault(one["name"], []).append(one["value"])
    return found


def test_starting_a_quiz_twice_comes_back_to_the_same_attempt(nadia, attempt):
    page = nadia.post(f"/apprendre/quiz/{attempt.quiz_id}/commencer/")

    assert (page.address, Attempt.objects.count()) == (QUIZ, 1)
    assert "Question 1 sur 3" in page.words


def test_saved_answers_are_there_on_return_even_from_another_browser(nadia, learner, attempt):
    answers = filled(attempt)
    some = dict(list(answers.items())[:2])

    saved = nadia.press(nadia.open(QUIZ), "Enregistrer et continuer plus tard", some)
    elsewhere = Visitor(learner).open(QUIZ)

    assert saved.address == QUIZ
    assert saved.said == ["Réponses enregistrées à 11:00. Elles seront là au retour."]
    assert checked(elsewhere) == some
    assert "Réponses enregistrées le 23 novembre 2026 à 11:00." in elsewhere.words
    assert Attempt.objects.get().submitted_at is None


def test_an_answer_that_is_unticked_is_forgotten_when_saved(nadia, attempt):
    answers = filled(attempt)
    nadia.press(nadia.open(QUIZ), "Enregistrer et continuer plus tard", answers)

    nadia.press(nadia.open(QUIZ), "Enregistrer et continuer plus tard", dict.fromkeys(answers, ""))

    assert checked(nadia.open(QUIZ)) == {}


def test_the_result_tells_for_each_question_what_was_said_what_was_right_and_why(nadia, attempt):
    answers = filled(attempt)
    first, second, third = answers
    wrong = thaw(attempt.version).questions[0].options[2]

    page = nadia.press(
        nadia.open(QUIZ), "Envoyer mes réponses", {first: wrong.id, second: answers[second], third: answers[third]}
    )

    told = [" ".join(one.get_text(" ").split()) for one in page.main.select(".result")]
    assert told == [
        "Question 1 sur 3 À revoir Question A ? Votre réponse A 3 Bonne réponse A 1 Explication de A.",
        "Question 2 sur 3 Juste Question B ? Votre réponse B 1 ; B 2 Explication de B.",
        "Question 3 sur 3 Juste Question C ? Votre réponse Vrai Explication de C.",
    ]
    assert page.h1 == "Quiz réussi"
    assert "67 % 2 points sur 3" in page.words
    assert Completion.objects.count() == 3


def test_a_failed_quiz_leaves_the_step_open_and_offers_to_begin_again(nadia, attempt):
    page = nadia.press(nadia.open(QUIZ), "Envoyer mes réponses", filled(attempt, right=False))

    assert page.h1 == "Pas encore"
    assert "0 % 0 point sur 3" in page.words
    assert "Il faut 60 % pour terminer l’étape." in page.words
    assert "Continuer" not in page.links
    assert nadia.open(LESSON_3).status == 403

    again = nadia.press(page, "Recommencer le quiz")
    assert (again.address, checked(again)) == (QUIZ, {})
    assert list(Attempt.objects.order_by("number").values_list("number", "passed")) == [(1, False), (2, None)]


def test_a_quiz_without_pass_mark_is_done_when_it_is_sent(nadia, empty, learner):
    track = make_track(empty, slug="jeunes", modules=())
    make_quiz(make_module(track), pass_mark=None)
    enrol(learner, track)
    nadia.press(nadia.open("/parcours/jeunes/module-1/un-quiz/"), "Commencer le quiz")

    page = nadia.press(
        nadia.open("/parcours/jeunes/module-1/un-quiz/"),
        "Envoyer mes réponses",
        filled(Attempt.objects.get(), right=False),
    )

    assert page.h1 == "Quiz terminé"
    assert page.links["Voir mon attestation"] == f"/attestations/{Certificate.objects.get().code}/"


def test_past_attempts_are_listed_the_newest_first_and_can_be_read_again(nadia, attempt):
    nadia.press(nadia.open(QUIZ), "Envoyer mes réponses", filled(attempt, right=False))
    nadia.press(nadia.open(QUIZ), "Recommencer le quiz")
    nadia.press(nadia.open(QUIZ), "Envoyer mes réponses", filled(Attempt.objects.get(number=2)))

    page = nadia.open(QUIZ)

    told = [" ".join(one.get_text(" ").split()) for one in page.main.select(".attempts li")]
    assert told == ["Tentative 2 du 23 novembre 2026 100 % Réussi", "Tentative 1 du 23 novembre 2026 0 % À revoir"]
    assert [nadia.open(page.links[f"Tentative {n}"]).h1 for n in (1, 2)] == ["Pas encore", "Quiz réussi"]


def test_an_edit_of_the_quiz_in_the_middle_of_an_attempt_changes_nothing_for_it(nadia, attempt):
    quiz = QuizPage.objects.get()
    del quiz.questions[0]
    quiz.title = "Quiz raccourci"
    quiz.save_revision().publish()

    result = nadia.press(nadia.open(QUIZ), "Envoyer mes réponses", filled(attempt))

    assert "100 % 3 points sur 3" in result.words


# ---------------------------------------------------------------- GET changes nothing, visitors sign in


VERBS = ["inscription", "retrait", "terminer", "commencer", "enregistrer", "envoyer"]


@pytest.fixture
def verbs(attempt, steps):
    """The address of each verb, and that of the page with its button."""
    track = "/parcours/jeunes/"
    return {
        "inscription": ("/apprendre/jeunes/inscription/", track),
        "retrait": ("/apprendre/jeunes/retrait/", track),
        "terminer": (f"/apprendre/etapes/{steps[0].pk}/terminer/", LESSON_1),
        "commencer": (f"/apprendre/quiz/{attempt.quiz_id}/commencer/", QUIZ),
        "enregistrer": (f"/apprendre/tentatives/{attempt.pk}/enregistrer/", QUIZ),
        "envoyer": (f"/apprendre/tentatives/{attempt.pk}/envoyer/", QUIZ),
    }


@pytest.mark.parametrize("verb", VERBS)
def test_opening_the_address_of_a_verb_changes_nothing_and_leads_to_its_page(nadia, client, learner, verbs, verb):
    address, page = verbs[verb]
    before = records()
    client.force_login(learner)

    assert nadia.open(address).address == page
    assert [client.generic(method, address).status_code for method in ("HEAD", "PUT", "DELETE")] == [302, 405, 405]
    assert records() == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_visitor_who_acts_signs_in_first_and_lands_on_the_page_of_the_button(visitor, learner, verbs, verb):
    learner.set_password("un secret bien gardé")
    learner.save()
    address, page = verbs[verb]
    before = records()

    door = visitor.post(address)
    assert door.h1 == "Se connecter"
    inside = visitor.press(door, "Se connecter", {"login": learner.email, "password": "un secret bien gardé"})

    assert (inside.address, inside.status) == (page, 200)
    assert records() == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_post_without_csrf_token_is_refused_and_changes_nothing(nadia, verbs, verb):
    before = records()

    response = nadia.client.post(verbs[verb][0])

    assert response.status_code == 403
    assert "Cette page était ouverte depuis trop longtemps" in response.text
    assert records() == before


# ---------------------------------------------------------------- my space


def test_my_space_shows_somebody_new_the_tracks_to_choose_from(nadia, track):
    page = nadia.open("/mon-espace/")

    assert (page.status, page.h1) == (200, "Bonjour Nadia")
    assert page.links["Voir les parcours"] == "/parcours/"
    assert page.links["Jeunes"] == "/parcours/jeunes/"


def test_my_space_puts_the_track_touched_last_first_and_finished_ones_apart(nadia, learner, site, track, clock):
    rows = [enrol(learner, track)]
    rows += [
        enrol(learner, make_track(site, slug=slug, modules=((2, False),))) for slug in ("catalyseurs", "decideurs")
    ]
    finish(rows[0])
    finish(rows[1], steps=1, at=NOW.replace(minute=30))
    finish(rows[2], steps=1, at=NOW.replace(minute=10))

    page = nadia.open("/mon-espace/")

    assert [one["data-track"] for one in page.main.select(".next")] == ["catalyseurs", "decideurs"]
    assert page.headings[0] == "Bonjour Nadia"
    assert page.links["Continuer"].startswith("/parcours/decideurs/")
    code = Certificate.objects.get().code
    assert page.links["Attestation du parcours Jeunes"] == f"/attestations/{code}/"
    assert page.links["PDF de l’attestation du parcours Jeunes"] == f"/attestations/{code}.pdf"


def test_my_space_keeps_a_track_that_was_finished_when_authors_add_a_step(nadia, track, enrolment):
    finish(enrolment)
    make_lesson(Page.objects.get(slug="module-2").specific, title="Nouvelle leçon")

    page = nadia.open("/mon-espace/")

    assert "Parcours terminés" in page.headings
    assert nadia.open("/parcours/jeunes/module-2/nouvelle-lecon/").status == 200
    assert Certificate.objects.count() == 1


def test_preferences_change_the_name_and_stop_and_resume_reminders(nadia, learner):
    page = nadia.open("/mon-espace/preferences/")
    shown = page.form("Enregistrer")[2]
    assert [shown.get(name) for name in ("reminder", "message", "review", "everything")] == [["on"]] * 3 + [None]
    assert {"task", "digest"}.isdisjoint(shown)  # for those who review, for those who lead

    stopped = nadia.press(page, "Enregistrer", {"first_name": "Nadia-Lou", "last_name": "Ben Ali", "reminder": []})

    assert stopped.said == ["Préférences enregistrées."]
    assert "reminder" not in stopped.form("Enregistrer")[2]
    learner.refresh_from_db()
    assert (learner.get_full_name(), subscriptions.refused_by(learner)) == ("Nadia-Lou Ben Ali", {"reminder"})

    nadia.press(stopped, "Enregistrer", {"reminder": "on"})
    assert learner.opt_outs.count() == 0


def test_who_leads_a_cohort_may_refuse_the_point_of_the_week(nadia, learner, track):
    make_cohort(track, lead=learner)
    page = nadia.open("/mon-espace/preferences/")
    assert page.form("Enregistrer")[2]["digest"] == ["on"]
    nadia.press(page, "Enregistrer", {"digest": []})
    assert subscriptions.refused_by(learner) == {"digest"}


def test_preferences_keep_a_pause_a_place_and_the_choice_of_the_indispensable(nadia, learner):
    page = nadia.open("/mon-espace/preferences/")
    chosen = {"no_reminder_before": "2026-12-20", "territory": "6AE", "everything": "on"}
    again = nadia.press(page, "Enregistrer", chosen)
    shown = again.form("Enregistrer")[2]
    assert {name: shown[name] for name in chosen} == {name: [value] for name, value in chosen.items()}
    assert {kind for kind in Letter.Kind.values if not subscriptions.refuses(learner, kind)} == {
        "account",
        "welcome",
        "certificate",
        "seat",
        "trial",
    }


@pytest.mark.parametrize(
    ("day", "kept"), [("2026-11-23", None), ("2020-01-01", None), ("2026-11-24", date(2026, 11, 24))]
)
def test_a_pause_that_is_over_is_no_pause(nadia, learner, day, kept):
    nadia.press(nadia.open("/mon-espace/preferences/"), "Enregistrer", {"no_reminder_before": day})
    assert subscriptions.choices_of(learner).no_reminder_before == kept


def test_a_pause_of_years_is_refused_beside_its_field(nadia):
    page = nadia.press(nadia.open("/mon-espace/preferences/"), "Enregistrer", {"no_reminder_before": "2030-01-01"})
    assert page.invalid == {"no_reminder_before": "Un an au plus : au-delà, décochez plutôt les rappels."}


def test_a_name_that_the_attestation_cannot_print_is_refused_beside_its_field(nadia, learner):
    page = nadia.press(nadia.open("/mon-espace/preferences/"), "Enregistrer", {"first_name": "名前", "last_name": ""})

    assert page.title.startswith("Erreur")
    assert page.invalid == {
        "first_name": "Nous ne savons pas imprimer certains de ces caractères sur une attestation : "
        "écrivez en lettres latines, sans symboles.",
        "last_name": "Champ requis.",
    }
    learner.refresh_from_db()
    assert learner.get_full_name() == "Nadia Benali"


def test_a_learner_in_a_cohort_keeps_it_when_enrolling_by_the_button(nadia, track, learner):
    cohort = make_cohort(track, lead=make_person("lead@example.org"))
    enrol(learner, track, cohort=cohort)

    nadia.post("/apprendre/jeunes/inscription/")

    assert Enrolment.objects.get().cohort == cohort


# ---------------------------------------------------------------- the end of a module, the end of a track


def test_the_end_of_a_track_says_what_was_done_and_what_is_left(nadia, learner, track):
    optional = make_lesson(track.get_children().last(), title="Pour aller plus loin", required=False)
    row = enrol(learner, track, at=NOW - timedelta(days=20))
    assert "Ce qui est fait" not in nadia.open(track.url).headings
    finish(row, steps=4)
    page = nadia.open(track.url)
    assert "4 étapes, environ 50 min, du 3 novembre 2026 au 23 novembre 2026." in page.words
    assert "Quiz 1 : 100 %" in page.words
    assert page.links["Pour aller plus loin"] == optional.url


def test_the_end_of_a_module_says_the_same_of_the_module(nadia, learner, track):
    finish(enrol(learner, track), steps=3)
    page = nadia.open(f"{track.url}module-1/")
    assert [one for one in page.headings if one.startswith("Ce qui")] == ["Ce qui est fait", "Ce qui reste"]
    assert "3 étapes, environ 35 min. Quiz 1 : 100 % Ce qui reste Rien : tout est fait" in page.words


def test_a_learner_who_waits_for_a_day_is_told_which(nadia, learner, track):
    module = track.get_children().last().specific
    module.opens_on = NOW.date() + timedelta(days=3)
    publish(module)
    finish(enrol(learner, track), steps=3)
    sentence = "Rien d’autre n’est ouvert pour l’instant. Le module « Module 2 » ouvre le 26 novembre 2026."
    for address in (track.url, "/mon-espace/", f"{track.url}module-1/quiz-1/".replace("quiz-1", "lecon-12")):
        assert sentence in nadia.open(address).words, address


def test_a_track_that_opens_later_says_so_before_one_enrols_and_on_one_s_own_page(nadia, learner, track):
    track.opens_on = NOW.date() + timedelta(days=3)
    publish(track)
    assert "Ce parcours ouvre le 26 novembre 2026." in nadia.open(track.url).words
    enrol(learner, track)
    for address in (track.url, "/mon-espace/"):
        assert "Ce parcours ouvre le 26 novembre 2026." in nadia.open(address).words, address
    assert "Ce parcours ouvre le 26 novembre 2026." in nadia.open(LESSON_2).words


def test_a_track_that_comes_after_another_names_it_links_to_it_and_opens_when_it_is_finished(nadia, learner, empty):
    first = make_track(empty, slug="decideurs", modules=((1, False),))
    track = make_track(empty, slug="jeunes", modules=((2, False),), follows=first)
    finish(enrol(learner, track), steps=1)
    sentence = "Ce parcours s’ouvre quand le parcours « Decideurs » est terminé."
    for address in (track.url, "/mon-espace/", LESSON_2):
        page = nadia.open(address)
        assert sentence in page.words, address
        assert page.links["Voir le parcours Decideurs"] == first.url
    finish(enrol(learner, first))
    assert sentence not in nadia.open(track.url).words
    assert nadia.open(LESSON_2).h1 == "Leçon 1.2"
