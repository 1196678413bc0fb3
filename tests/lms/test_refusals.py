"""What cannot be done is refused with the right status and a sentence that helps, and loses nothing."""

import pytest
from django.test import Client
from wagtail.models import Page

from courses.models import QuizPage
from courses.versions import thaw
from learners import attempts, certificates
from learners.models import Answer, Attempt, Certificate, Completion, Enrolment
from learners.subscriptions import token_for
from tests.factories.courses import make_module, make_quiz, make_track
from tests.factories.learners import NOW, enrol, finish, make_person, right_responses
from tests.lms.test_learning import DONE, LESSON_1, LESSON_2, QUIZ, checked, filled, records
from tests.lms.visiting import Visitor

MISSING = "Cette page n’existe pas, ou n’existe plus"


@pytest.fixture
def attempt(enrolment):
    """An open attempt of the learner at « Quiz 1 »."""
    finish(enrolment, steps=2)
    return attempts.open_attempt(enrolment_pk=enrolment.pk, quiz_pk=QuizPage.objects.get().pk, at=NOW)


# ---------------------------------------------------------------- attestations


@pytest.fixture
def certificate(enrolment):
    """The attestation of the learner."""
    finish(enrolment)
    return Certificate.objects.get()


def test_anyone_reads_that_an_attestation_is_genuine_and_what_it_attests(visitor, certificate):
    page = visitor.open(f"/attestations/{certificate.code}/")

    assert (page.status, page.h1) == (200, "Cette attestation est authentique")
    for fact in ("Nadia Benali", "Jeunes", "6 h", "23 novembre 2026", "écouter un besoin", certificate.printed_code):
        assert fact in page.words
    assert page.links["Voir le document (PDF)"] == f"/attestations/{certificate.code}.pdf"


def test_a_code_copied_with_dashes_spaces_or_in_small_letters_is_found(visitor, certificate):
    typed = [
        certificate.printed_code,
        certificate.printed_code.lower(),
        certificate.code.lower(),
        f" {certificate.code[:4]} {certificate.code[4:]}",
    ]

    assert [visitor.open(f"/attestations/{code}/").h1 for code in typed] == ["Cette attestation est authentique"] * 4


def test_a_replaced_attestation_leads_to_the_one_that_replaces_it_and_gives_no_document(visitor, certificate, admin):
    after = certificates.correct(certificate, holder="Nadia Ben Ali", by=admin, at=NOW, reason="Faute de frappe")

    page = visitor.open(f"/attestations/{certificate.code}/")
    document = visitor.open(f"/attestations/{certificate.code}.pdf")
    new = visitor.open(page.links["Voir l’attestation qui la remplace"])

    assert (page.status, page.h1) == (200, "Cette attestation a été remplacée")
    assert "Nadia Ben Ali" not in page.words
    assert "Faute de frappe" not in page.words
    assert "Voir le document (PDF)" not in page.links
    assert (document.status, document.h1) == (410, "Cette attestation a été remplacée")
    assert new.h1 == "Cette attestation est authentique"
    assert after.printed_code in new.words


def test_the_badge_of_an_attestation_is_for_any_site_and_gone_once_it_is_revoked(certificate, admin):
    address = f"/attestations/{certificate.code}.json"
    there = Client().get(address)
    status = there.json()["credentialStatus"]["statusListCredential"].removeprefix("http://127.0.0.1:8000")
    certificates.revoke(certificate, by=admin, at=NOW, reason="Délivrée par erreur.")

    assert (there.status_code, there["Access-Control-Allow-Origin"], there["X-Robots-Tag"]) == (200, "*", "noindex")
    assert (Client().get(address).status_code, Client().get("/attestations/ABCD.json").status_code) == (410, 404)
    assert Client().get(status).json()["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]


def test_who_leads_the_cohort_corrects_a_name_and_nobody_else(visitor, certificate, admin):
    page = Visitor(admin).open(f"/attestations/{certificate.code}/")
    assert page.links["Corriger le nom"] == f"/attestations/{certificate.code}/corriger/"
    assert "Corriger le nom" not in visitor.open(f"/attestations/{certificate.code}/").links

    address, browser = f"/attestations/{certificate.code}/corriger/", Client()
    browser.force_login(admin)
    refused = browser.post(address, {"holder": "王小明", "reason": "Erreur"})
    assert (refused.status_code, Certificate.objects.count()) == (422, 1)
    done = browser.post(address, {"holder": "Nadia Ben Ali", "reason": "Faute de frappe"})
    after = Certificate.objects.get(replaces=certificate)
    assert (done["Location"], after.holder, after.corrected_by) == (
        f"/attestations/{after.code}/",
        "Nadia Ben Ali",
        admin,
    )


@pytest.mark.parametrize("address", ["/attestations/ABCD-EFGH/", "/attestations/ABCD-EFGH.pdf"])
def test_an_unknown_code_says_so_and_what_to_check(visitor, certificate, address):
    page = visitor.open(address)

    assert (page.status, page.h1) == (404, "Aucune attestation ne porte ce code")
    assert "ABCD-EFGH" in page.words
    assert "Vérifiez que le code est recopié en entier" in page.words


def test_a_text_that_is_no_code_is_a_page_that_does_not_exist(visitor, site):
    assert [visitor.open(f"/attestations/{text}/").status for text in ("é", "a" * 61, "<b>", "a_b")] == [404] * 4


def test_a_revoked_attestation_keeps_its_page_which_tells_when_and_why_and_gives_no_document(
    visitor, certificate, admin
):
    certificates.revoke(certificate, by=admin, at=NOW, reason="Délivrée par erreur.")

    page = visitor.open(f"/attestations/{certificate.code}/")
    document = visitor.open(f"/attestations/{certificate.code}.pdf")

    assert (page.status, page.h1) == (200, "Cette attestation a été retirée")
    assert "Elle n’est plus valable depuis le 23 novembre 2026. Motif : Délivrée par erreur." in page.words
    assert not any(address.endswith(".pdf") for address in page.links.values())
    assert (document.status, document.h1) == (410, "Cette attestation a été révoquée")
    assert document.links["Voir la page de vérification"] == f"/attestations/{certificate.code}/"


# ---------------------------------------------------------------- a quiz sent twice, empty, foreign


def test_a_quiz_sent_twice_gives_one_result_and_shows_it_again(nadia, attempt):
    form = nadia.open(QUIZ)
    first = nadia.press(form, "Envoyer mes réponses", filled(attempt))
    before = records()

    second = nadia.press(form, "Envoyer mes réponses", filled(attempt, right=False))

    assert (first.address, second.address) == (f"/apprendre/tentatives/{attempt.pk}/",) * 2
    assert (second.status, second.h1) == (200, "Quiz réussi")
    assert second.said == ["Ces réponses ont déjà été envoyées : voici le résultat."]
    assert records() == before


def test_a_stale_tab_that_saves_after_the_end_is_told_so_and_changes_nothing(nadia, attempt):
    form = nadia.open(QUIZ)
    nadia.press(form, "Envoyer mes réponses", filled(attempt))
    before = records()

    page = nadia.press(form, "Enregistrer et continuer plus tard", filled(attempt, right=False))

    assert page.address == f"/apprendre/tentatives/{attempt.pk}/"
    assert page.said == ["Ces réponses ont déjà été envoyées : voici le résultat."]
    assert records() == before


def test_a_quiz_sent_with_blanks_names_them_keeps_the_rest_and_can_be_sent_anyway(nadia, attempt):
    first, *_ = answers = filled(attempt)

    page = nadia.press(nadia.open(QUIZ), "Envoyer mes réponses", {first: answers[first]})

    assert (page.status, page.h1) == (422, "Quiz 1")
    assert page.title.startswith("Erreur")
    assert "2 questions sans réponse" in page.headings
    assert {words: link for words, link in page.links.items() if link.startswith("#question")} == {
        "Question 2 : Question B ?": "#question-2",
        "Question 3 : Question C ?": "#question-3",
    }
    assert checked(page) == {first: answers[first]}
    assert Attempt.objects.get().submitted_at is None

    result = nadia.press(page, "Envoyer sans ces réponses")
    assert (result.status, result.h1) == (200, "Pas encore")
    assert "33 % 1 point sur 3" in result.words
    assert result.words.count("Sans réponse") == 2


def test_an_empty_quiz_is_not_graded_and_can_be_completed(nadia, attempt):
    blank = nadia.press(nadia.open(QUIZ), "Envoyer mes réponses")

    assert (blank.status, Attempt.objects.get().score) == (422, None)
    assert nadia.press(blank, "Envoyer mes réponses", filled(attempt)).h1 == "Quiz réussi"


def test_a_post_without_any_field_loses_none_of_the_answers_kept(nadia, attempt):
    nadia.press(nadia.open(QUIZ), "Enregistrer et continuer plus tard", filled(attempt))

    assert nadia.post(f"/apprendre/tentatives/{attempt.pk}/envoyer/").h1 == "Quiz réussi"


def forged(attempt):
    """Responses that no form of ours could send to this attempt."""
    single, multiple, boolean = (f"q-{key}" for key in right_responses(attempt))
    own = filled(attempt)
    return {
        "question of nobody": {"q-intruse": ["1"]},
        "empty question id": {"q-": ["1"]},
        "choice of another question": {single: own[multiple][:1]},
        "choice of nobody": {single: ["intrus"]},
        "two choices where one is asked": {single: [option.id for option in options_of(attempt)[:2]]},
        "both sides of true or false": {boolean: ["true", "false"]},
        "the same choice twice": {multiple: own[multiple][:1] * 2},
        "a null character": {boolean: ["true\x00"]},
    }


def options_of(attempt):
    return thaw(attempt.version).questions[0].options


@pytest.mark.parametrize("button", ["Envoyer mes réponses", "Enregistrer et continuer plus tard"])
@pytest.mark.parametrize(
    "case",
    [
        "question of nobody",
        "empty question id",
        "choice of another question",
        "choice of nobody",
        "two choices where one is asked",
        "both sides of true or false",
        "the same choice twice",
        "a null character",
    ],
)
def test_responses_that_do_not_belong_to_the_quiz_are_refused_and_lose_nothing(nadia, attempt, case, button):
    answers = filled(attempt)
    nadia.press(nadia.open(QUIZ), "Enregistrer et continuer plus tard", answers)
    before = records()

    page = nadia.press(nadia.open(QUIZ), button, forged(attempt)[case])

    assert (page.status, page.h1) == (400, "Ces réponses ne vont pas avec ce quiz")
    assert "Vos réponses déjà enregistrées sont intactes." in page.words
    assert records() == before
    assert checked(nadia.open(QUIZ)) == answers


def test_the_attempts_that_were_foreseen_are_the_limit(nadia, empty, learner):
    track = make_track(empty, slug="jeunes", modules=())
    quiz = make_quiz(make_module(track), max_attempts=1)
    finish(enrol(learner, track))

    page = nadia.post(f"/apprendre/quiz/{quiz.pk}/commencer/")

    assert (page.status, page.h1) == (409, "Plus de tentative pour ce quiz")
    assert "toutes les tentatives prévues" in page.words
    assert nadia.open("/parcours/jeunes/module-1/un-quiz/").buttons == []
    assert Attempt.objects.count() == 1


# ---------------------------------------------------------------- huge posts


def test_a_post_that_is_too_heavy_is_refused_in_french_and_changes_nothing(nadia, attempt):
    before = records()

    page = nadia.post(f"/apprendre/tentatives/{attempt.pk}/envoyer/", {"q-a": "x" * 3_000_000})

    assert (page.status, page.h1) == (400, "Nous n’avons pas compris cette demande")
    assert "Rien n’a été modifié." in page.words
    assert records() == before


def test_a_post_with_too_many_fields_is_refused_in_french_and_changes_nothing(nadia, attempt):
    before = records()

    page = nadia.post(f"/apprendre/tentatives/{attempt.pk}/enregistrer/", {f"q-{n}": "" for n in range(10_100)})

    assert (page.status, page.h1) == (400, "Nous n’avons pas compris cette demande")
    assert records() == before


# ---------------------------------------------------------------- locked, gone, not enrolled


def test_a_post_to_a_locked_lesson_is_refused_with_what_is_missing(nadia, enrolment, steps):
    page = nadia.post(f"/apprendre/etapes/{steps[1].pk}/terminer/")

    assert (page.status, page.h1) == (403, "Cette étape n’est pas encore ouverte")
    assert "Cette étape s’ouvre quand « Leçon 1.1 » est terminée." in page.words
    assert page.links["Continuer"] == LESSON_1
    assert Completion.objects.count() == 0


def test_a_post_to_a_locked_quiz_opens_no_attempt(nadia, enrolment, steps):
    page = nadia.post(f"/apprendre/quiz/{steps[2].pk}/commencer/")

    assert (page.status, page.links["Continuer"]) == (403, LESSON_1)
    assert Attempt.objects.count() == 0


def test_a_quiz_is_not_finished_by_saying_so(nadia, enrolment, steps):
    finish(enrolment, steps=2)

    assert nadia.post(f"/apprendre/etapes/{steps[2].pk}/terminer/").status == 404
    assert Completion.objects.count() == 2


def test_a_lesson_is_not_begun_as_a_quiz(nadia, enrolment, steps):
    page = nadia.post(f"/apprendre/quiz/{steps[0].pk}/commencer/")

    assert (page.status, page.h1) == (410, "Cette étape n’est plus proposée")
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("withdrawn", [False, True])
def test_somebody_who_does_not_follow_the_track_is_told_to_enrol(nadia, learner, track, steps, withdrawn):
    if withdrawn:
        finish(enrol(learner, track), steps=1)
        Enrolment.objects.update(withdrawn_at=NOW)
    before = records()

    pages = [
        nadia.post(f"/apprendre/etapes/{steps[0].pk}/terminer/"),
        nadia.post(f"/apprendre/quiz/{steps[2].pk}/commencer/"),
    ]

    assert [(page.status, page.h1) for page in pages] == [(403, "Il manque une inscription")] * 2
    assert [page.links["Continuer"] for page in pages] == ["/parcours/jeunes/"] * 2
    assert records() == before


def test_somebody_who_withdrew_in_the_middle_of_a_quiz_is_told_to_enrol_and_loses_nothing(nadia, attempt):
    form = nadia.open(QUIZ)
    Enrolment.objects.update(withdrawn_at=NOW)

    page = nadia.press(form, "Envoyer mes réponses", filled(attempt))

    assert (page.status, page.h1) == (403, "Il manque une inscription")
    assert Attempt.objects.get().submitted_at is None


@pytest.mark.parametrize("slug", ["lecon-12", "module-1"])
def test_a_lesson_unpublished_while_somebody_reads_it_says_so_and_loses_nothing(nadia, enrolment, slug):
    finish(enrolment, steps=1)
    lesson = nadia.open(LESSON_2)
    Page.objects.get(slug=slug).specific.unpublish()

    page = nadia.press(lesson, DONE)

    assert (page.status, page.h1) == (410, "Cette étape n’est plus proposée")
    assert "Rien de ce que vous avez fait n’est perdu." in page.words
    assert page.links["Revenir à mon espace"] == "/mon-espace/"
    assert Completion.objects.count() == 1


def test_a_track_unpublished_while_somebody_reads_it_is_not_found_and_loses_nothing(nadia, track, enrolment):
    finish(enrolment, steps=1)
    lesson = nadia.open(LESSON_2)
    track.unpublish()

    page = nadia.press(lesson, DONE)

    assert (page.status, page.h1) == (404, MISSING)
    assert "Votre progression, elle, est intacte." in page.words
    assert Completion.objects.count() == 1


def test_a_quiz_unpublished_in_the_middle_of_an_attempt_is_still_graded(nadia, attempt):
    form = nadia.open(QUIZ)
    QuizPage.objects.get().unpublish()

    saved = nadia.press(form, "Enregistrer et continuer plus tard", filled(attempt))
    result = nadia.press(form, "Envoyer mes réponses", filled(attempt))

    assert saved.address == "/parcours/jeunes/"
    assert (result.status, result.h1) == (200, "Quiz réussi")
    assert QUIZ not in result.links.values()
    assert "Recommencer le quiz" not in result.buttons


def test_a_quiz_unpublished_in_the_middle_of_an_attempt_and_sent_with_blanks_keeps_them(nadia, attempt):
    form = nadia.open(QUIZ)
    first, *_ = answers = filled(attempt)
    QuizPage.objects.get().unpublish()

    page = nadia.press(form, "Envoyer mes réponses", {first: answers[first]})

    assert (page.status, page.h1) == (410, "Cette étape n’est plus proposée")
    kept = {f"q-{one.question_id}": one.response for one in Answer.objects.all() if one.response}
    assert kept == {first: answers[first]}


# ---------------------------------------------------------------- addresses made up


@pytest.mark.parametrize("number", [0, 999_999, 9_999_999_999_999_999_999_999])
@pytest.mark.parametrize(
    "address",
    [
        "/apprendre/etapes/{}/terminer/",
        "/apprendre/quiz/{}/commencer/",
        "/apprendre/tentatives/{}/enregistrer/",
        "/apprendre/tentatives/{}/envoyer/",
        "/apprendre/tentatives/{}/",
        "/cohortes/{}/",
        "/cohortes/{}/export.csv",
    ],
)
def test_a_number_that_was_never_given_is_not_found(nadia, track, address, number):
    opened = nadia.open(address.format(number))
    asked = (
        [opened] if "cohortes" in address or address.endswith("{}/") else [opened, nadia.post(address.format(number))]
    )

    assert [(page.status, page.h1) for page in asked] == [(404, MISSING)] * len(asked)


def test_a_track_that_does_not_exist_takes_no_enrolment(nadia, site):
    assert [nadia.post(f"/apprendre/inconnu/{verb}/").status for verb in ("inscription", "retrait")] == [404, 404]


# ---------------------------------------------------------------- links of letters


def test_a_forged_link_of_a_letter_changes_nothing(visitor, learner, site):
    genuine = token_for(learner.pk, "reminder")
    tokens = [
        genuine[:-1] + ("A" if genuine[-1] != "A" else "B"),
        "n-importe-quoi",
        token_for(learner.pk + 999, "reminder"),
        token_for(learner.pk, "sorti-de-nulle-part"),
        "a:b:c",
    ]

    opened = [visitor.open(f"/messages/{token}/desinscription/") for token in tokens]
    posted = [visitor.client.post(f"/messages/{token}/desinscription/").status_code for token in tokens]
    undone = [visitor.client.post(f"/messages/{token}/reinscription/").status_code for token in tokens]

    assert [(page.status, page.h1) for page in opened] == [(404, MISSING)] * 5
    assert (posted, undone) == ([404] * 5, [404] * 5)
    assert learner.opt_outs.count() == 0


# ---------------------------------------------------------------- other people's attempts


def test_the_attempt_of_somebody_else_looks_like_one_that_does_not_exist(attempt):
    stranger = Visitor(make_person("lea@example.org"))
    before = records()

    opened = stranger.open(f"/apprendre/tentatives/{attempt.pk}/")
    posted = [
        stranger.post(f"/apprendre/tentatives/{attempt.pk}/{verb}/", filled(attempt))
        for verb in ("enregistrer", "envoyer")
    ]

    assert [(page.status, page.h1) for page in (opened, *posted)] == [(404, MISSING)] * 3
    assert records() == before
