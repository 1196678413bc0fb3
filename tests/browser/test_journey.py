"""A stranger goes from the page of a track to an attestation that anybody can check."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.people import (
    FINISHED,
    FIRST_NAME,
    LAST_NAME,
    answer,
    arrives_at,
    do_step,
    plain,
    send,
    sign_in,
    sign_up,
    start_quiz,
    typed,
    words,
)


@pytest.fixture
def steps(backstage):
    """The steps of the track of this journey, in order."""
    return backstage("steps", track="jeunes")


@pytest.mark.parametrize(
    ("size", "javascript"),
    [("phone", True), ("desktop", True), ("phone", False)],
    ids=["phone", "desktop", "phone-without-javascript"],
)
def test_a_stranger_goes_from_the_page_of_a_track_to_an_attestation(
    people, product, backstage, answers, steps, email, size, javascript
):
    page = people(size, javascript=javascript)
    reads_what_the_track_is(page, steps)
    reads_the_first_lesson_and_finds_the_second_locked(page, steps)
    signs_up_and_enrols(page, product, email, steps)
    is_told_what_opens_a_step(page, steps)
    finishes_the_first_lessons(page, steps)
    finds_the_place_again(page, steps)
    fails_then_passes_the_first_quiz(page, answers, steps)
    finishes_everything_else(page, answers, steps)

    code = backstage("certificates_of", email=email)[0]
    certificate_is_on_the_page(page, code)
    receives_the_certificate(product, email, code)
    anybody_can_check(people(size, javascript=javascript), code)


def reads_what_the_track_is(page, steps):
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Jeunes").click()
    arrives_at(page, "Jeunes")
    facts = plain(page.get_by_role("main").inner_text())
    for told in ("À la fin, tu sauras", "6 h", f"4 modules, {len(steps)} étapes", "Pour qui ?", "À ton rythme"):
        assert told in facts


def reads_the_first_lesson_and_finds_the_second_locked(page, steps):
    page.get_by_role("link", name="Lire la première étape").click()
    arrives_at(page, steps[0]["title"])
    expect(page.get_by_text(f"Module 1 · Étape 1 sur {len(steps)}")).to_be_visible()
    expect(page.get_by_role("button", name=FINISHED)).to_have_count(0)
    answer = page.goto(steps[1]["url"])
    assert answer.status == 403
    expect(page.get_by_text("Inscris-toi au parcours pour ouvrir cette étape.")).to_be_visible()
    page.get_by_role("link", name="Voir le parcours Jeunes").click()
    arrives_at(page, "Jeunes")


def signs_up_and_enrols(page, product, email, steps):
    page.get_by_role("button", name="S’inscrire au parcours").click()
    arrives_at(page, "Se connecter")
    sign_up(page, product, email)
    arrives_at(page, "Jeunes")  # back to the page that one came for
    page.get_by_role("button", name="S’inscrire au parcours").click()
    arrives_at(page, steps[0]["title"])
    expect(page.get_by_role("status")).to_contain_text("Te voilà inscrit au parcours Jeunes")


def is_told_what_opens_a_step(page, steps):
    plan = page.get_by_role("complementary", name="Parcours Jeunes")
    expect(plan.get_by_text(f"0 étape sur {len(steps)} terminée")).to_be_visible()
    expect(plan.locator("[aria-current=step]")).to_have_text(steps[0]["title"])
    second = plan.get_by_role("listitem").filter(has_text=steps[1]["title"]).last
    expect(second).to_contain_text("Pas encore ouverte")
    answer = page.goto(steps[1]["url"])
    assert answer.status == 403
    arrives_at(page, "Cette étape n’est pas encore ouverte")
    reason = plain(page.get_by_role("main").inner_text())
    assert f"Cette étape s’ouvre quand « {plain(steps[0]['title'])} » est terminée." in reason
    page.get_by_role("link", name="Aller à").click()
    arrives_at(page, steps[0]["title"])


def finishes_the_first_lessons(page, steps):
    for number, step in enumerate(steps, start=1):
        arrives_at(page, step["title"])
        expect(page.get_by_text(f"Étape {number} sur {len(steps)}", exact=False).first).to_be_visible()
        if step["kind"] == "quiz":
            return
        page.get_by_role("button", name=FINISHED).click()


def finds_the_place_again(page, steps):
    quiz = next(step for step in steps if step["kind"] == "quiz")
    page.goto("/mon-espace/")
    expect(page.get_by_text(f"{quiz['number'] - 1} étapes sur {len(steps)} terminées")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("heading", level=2).first).to_have_text(typed(quiz["title"]))
    page.get_by_role("link", name="Continuer").click()
    arrives_at(page, quiz["title"])


def fails_then_passes_the_first_quiz(page, answers, steps):
    expect(page.get_by_text("L’étape est réussie à partir de 60")).to_be_visible()
    start_quiz(page)
    kinds = answer(page, answers, "wrong")
    assert set(kinds) == {"single", "multiple", "true_false"}
    send(page)
    arrives_at(page, "Pas encore")
    expect(page.locator(".score__figure")).to_contain_text("0")
    results = page.get_by_role("article")
    expect(results).to_have_count(len(kinds))
    for result in results.all():
        expect(result.get_by_text("À revoir", exact=True)).to_be_visible()
        expect(result.get_by_text("Bonne réponse", exact=True)).to_be_visible()
        assert len(plain(result.locator(".result__why").inner_text())) > 20

    page.get_by_role("button", name="Recommencer le quiz").click()
    answer(page, answers)
    send(page)
    arrives_at(page, "Quiz réussi, bravo !")
    expect(page.get_by_text("Juste", exact=True)).to_have_count(len(kinds))
    expect(page.get_by_text("À revoir", exact=True)).to_have_count(0)
    following = next(step for step in steps if step["number"] == 1 + number_of_first_quiz(steps))
    assert plain(following["title"]) in plain(page.get_by_text("Ensuite").inner_text())
    page.get_by_role("main").get_by_role("link", name="Continuer").click()
    arrives_at(page, following["title"])


def finishes_everything_else(page, answers, steps):
    for step in steps[number_of_first_quiz(steps) :]:
        arrives_at(page, step["title"])
        do_step(page, answers)


def certificate_is_on_the_page(page, code):
    page.get_by_role("main").get_by_role("link", name="Voir mon attestation").click()
    arrives_at(page, "Cette attestation est authentique")
    assert page.url.endswith(f"/attestations/{code}/")
    with page.expect_download() as download:
        # Chromium would open the document in its own reader: asking for it as a file is the same request.
        page.evaluate("document.querySelector('a[href$=\".pdf\"]').setAttribute('download', '')")
        page.get_by_role("link", name="Télécharger mon attestation (PDF)").click()
    assert_attestation(download.value.path().read_bytes(), code)


def receives_the_certificate(product, email, code):
    letter = product.letter(email, "attestation de réussite")
    (document,) = letter.iter_attachments()
    assert document.get_content_type() == "application/pdf"
    assert document.get_filename() == f"attestation-{code}.pdf"
    assert_attestation(document.get_content(), code)
    assert f"{product.url}/attestations/{code}/" in words(letter)


def assert_attestation(pdf, code):
    text = plain(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages))
    printed = "-".join(code[start : start + 4] for start in range(0, len(code), 4))
    for fact in (f"{FIRST_NAME} {LAST_NAME}", "Jeunes", printed):
        assert fact in text


def anybody_can_check(page, code):
    page.goto(f"/attestations/{code}/")
    arrives_at(page, "Cette attestation est authentique")
    facts = plain(page.get_by_role("main").inner_text())
    assert f"{FIRST_NAME} {LAST_NAME}" in facts
    assert "Jeunes" in facts
    document = page.request.get(f"/attestations/{code}.pdf")
    assert document.headers["content-type"] == "application/pdf"
    assert_attestation(document.body(), code)


def number_of_first_quiz(steps):
    return next(step["number"] for step in steps if step["kind"] == "quiz")


def test_a_code_is_understood_as_it_is_copied_by_hand(people, backstage, email):
    backstage("person", email=email)
    code = backstage("follow", email=email, track="decideurs", steps=99)
    page = people()
    page.goto(f"/attestations/{'-'.join(re.findall('....', code)).lower()}/")
    arrives_at(page, "Cette attestation est authentique")


def test_a_code_that_nobody_has_is_said_to_be_unknown(people, size):
    page = people(size)
    answer = page.goto("/attestations/ABCD-2345-EFGH-6789-JKLM-NPQR/")
    assert answer.status == 404
    arrives_at(page, "Aucune attestation ne porte ce code")
    assert page.request.get("/attestations/ABCD-2345-EFGH-6789-JKLM-NPQR.pdf").status == 404


def test_a_revoked_attestation_says_so_and_gives_no_document(people, backstage, email):
    backstage("person", email=email)
    code = backstage("follow", email=email, track="decideurs", steps=99)
    backstage("revoke", code=code, reason="délivrée par erreur")
    page = people()
    page.goto(f"/attestations/{code}/")
    arrives_at(page, "Cette attestation a été retirée")
    expect(page.get_by_text("délivrée par erreur")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("PDF"))).to_have_count(0)
    assert page.request.get(f"/attestations/{code}.pdf").status == 410


def test_a_reset_link_works_once_and_says_so_afterwards(people, product, backstage, email):
    backstage("person", email=email, password="an older sentence")
    page = people()
    page.goto("/compte/connexion/")
    page.get_by_role("link", name="Mot de passe oublié").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Recevoir le lien").click()
    text = words(product.letter(email, "ot de passe"))
    link = re.search(r"http\S+/compte/mot-de-passe/nouveau/\S+", text)[0]
    page.goto(link)
    for field in page.get_by_label("Nouveau mot de passe").all():
        field.fill("une phrase toute neuve")
    page.get_by_role("button", name="Enregistrer ce mot de passe").click()
    arrives_at(page, "Votre mot de passe est changé")
    sign_in(people(), email, "une phrase toute neuve")
    page.goto(link)
    arrives_at(page, "Ce lien ne fonctionne plus")
