"""An instructor edits a lesson in the CMS and publishes it; a learner sees it then, and not before."""

import re
import secrets

from playwright.sync_api import expect

from tests.browser.people import arrives_at, sign_in
from tests.browser.product import until

TRACK = "chefs-de-projet"


def instructor(people, product):
    """The instructor of the demonstration, in the CMS through the menu of the site."""
    page = people()
    sign_in(page, "formatrice@demo.example", product.password)
    page.get_by_role("navigation", name="Menu principal").get_by_role("link", name="Rédaction").click()
    expect(page).to_have_url(re.compile("/admin/$"))
    return page


def opens(page, step):
    """The editor of that step, ready."""
    page.goto(f"/admin/pages/{step['pk']}/edit/")
    page.wait_for_load_state("networkidle")
    return page.get_by_role("textbox").and_(page.locator("[contenteditable=true]")).first


def saved_by_itself(page):
    """Whether the editor has sent the draft.

    What was typed before its script looked for the first time is no change to it: the next key is.
    """
    sent = []
    page.on("response", lambda answer: sent.append(answer.url) if answer.request.method == "POST" else None)

    def draft_is_sent():
        page.wait_for_timeout(3_000)
        if not any(url.endswith("/edit/") for url in sent):
            page.keyboard.press("Space")
            return False
        return True

    return draft_is_sent


def test_a_lesson_that_an_instructor_publishes_is_what_learners_read(people, product, backstage, email):
    first, lesson, *_ = backstage("steps", track=TRACK)
    sentence = f"Ajout {secrets.token_hex(4)}."
    backstage("person", email=email)
    backstage("follow", email=email, track=TRACK, steps=first["number"])
    learner = people.signed_in(backstage("session", email=email), "phone")
    learner.goto(lesson["url"])
    arrives_at(learner, lesson["title"])

    page = instructor(people, product)
    text = opens(page, lesson)
    text.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type(sentence)
    until(saved_by_itself(page), "the draft was not saved")
    expect(text).to_contain_text(sentence)

    # What is typed shows in the preview, and nobody else sees it.
    page.get_by_role("button", name="Afficher/masquer la prévisualisation").click()
    preview = page.frame_locator("iframe[title=Prévisualisation]:not(.w-preview__proxy)")
    expect(preview.get_by_text(sentence)).to_be_visible()
    expect(preview.get_by_role("heading", level=1)).to_have_text(lesson["title"])
    learner.reload()
    arrives_at(learner, lesson["title"])
    expect(learner.get_by_text(sentence)).to_have_count(0)

    page.get_by_role("button", name="Plus d'actions").click()
    page.get_by_role("button", name="Publier", exact=True).click()
    expect(page.get_by_role("link", name="Visualiser la version publiée")).to_be_visible()
    learner.reload()
    expect(learner.get_by_text(sentence)).to_be_visible()


def test_an_instructor_finds_no_record_of_anybody(people, product, backstage):
    admin = people.signed_in(backstage("session", email="admin@demo.example"))
    page = instructor(people, product)
    expect(page.get_by_role("button", name="Pages")).to_be_visible()
    # Of what concerns learners, they see which marks were changed, and why: counts, and nobody's name.
    page.get_by_role("button", name="Apprenants").click()
    expect(page.get_by_role("link", name="Notes modifiées")).to_be_visible()
    for records in ("Cohortes", "Aménagements", "Attestations", "Messages"):
        expect(page.get_by_role("link", name=records, exact=True)).to_have_count(0)
    page.goto("/admin/regrades/")
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.get_by_text("@demo.example")).to_have_count(0)
    for records in ("/admin/cohorts/", "/admin/certificates/", "/admin/letters/", "/admin/users/"):
        admin.goto(records)
        expect(admin.get_by_role("table")).to_be_visible()
        page.goto(records)
        expect(page).not_to_have_url(re.compile(records))
        expect(page.get_by_text("@demo.example")).to_have_count(0)
    page.goto("/cohortes/")
    expect(page.get_by_role("heading", name="Aucune cohorte pour le moment")).to_be_visible()
    for cohort in backstage("cohorts").values():
        assert page.goto(f"/cohortes/{cohort}/").status == 404


def test_a_learner_has_no_business_in_the_cms(people, backstage, email):
    backstage("person", email=email)
    page = people.signed_in(backstage("session", email=email))
    page.goto("/mon-espace/")
    expect(page.get_by_role("link", name="Rédaction")).to_have_count(0)
    (lesson, *_) = backstage("steps", track=TRACK)
    for address in ("/admin/", f"/admin/pages/{lesson['pk']}/edit/"):
        assert page.goto(address).status == 403
        expect(page.get_by_role("heading", level=1)).to_be_visible()
