"""What people do on the site, in the words that they read there."""

import re

from playwright.sync_api import expect

PASSWORD = "une phrase que je retiens"
FIRST_NAME, LAST_NAME = "Nadia", "Lefèvre-Œuvrard"
FINISHED = "J’ai terminé cette étape"


def sign_up(page, product, email):
    """From the sign-in page to a confirmed account, with the code of the letter."""
    page.get_by_role("main").get_by_role("link", name="Créer un compte").click()
    page.get_by_label("Prénom").fill(FIRST_NAME)
    page.get_by_label("Nom", exact=True).fill(LAST_NAME)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    arrives_at(page, "Entrez le code reçu par e-mail")
    page.get_by_label("Code").fill(code_for(product, email))
    page.get_by_role("button", name="Valider le code").click()


def code_for(product, email):
    """The code that the letter of sign-up gives, alone on its line."""
    letter = product.letter(email, "confirmez votre adresse")
    return re.search(r"^([A-Z0-9-]{6,12})$", words(letter), re.MULTILINE)[1]


def words(letter):
    """The plain text of a letter."""
    return "\n".join(letter.get_body(("plain",)).get_content().splitlines())


def sign_in(page, email, password=PASSWORD, *, to="/mon-espace/"):
    """Through the form, towards that page."""
    page.goto(f"/compte/connexion/?next={to}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(page).to_have_url(re.compile(re.escape(to) + "$"))


def arrives_at(page, title):
    """The page that this person comes to has this title."""
    expect(page.get_by_role("heading", level=1)).to_have_text(typed(title))


def typed(text):
    """These words and no other, as an expression that takes any kind of space for a space."""
    return re.compile(r"^\s*" + r"\s+".join(map(re.escape, text.split())) + r"\s*$")


def plain(text):
    """The text with every kind of space as one plain space."""
    return " ".join(text.split())


def send(page):
    """Send the answers of the quiz that is open."""
    page.get_by_role("button", name="Envoyer mes réponses").click()


def answer(page, answers, which="right", *, but=()):
    """Answer every question of the page, except those whose number is in ``but``; give the kinds met."""
    kinds = []
    for number, question in enumerate(page.locator("fieldset.question").all(), start=1):
        name = question.locator("input[type=hidden]").get_attribute("name")
        known = answers[name.removeprefix("q-")]
        kinds.append(known["kind"])
        if number in but:
            continue
        if known["kind"] == "multiple":
            for box in question.locator("input[type=checkbox]").all():
                box.set_checked(box.get_attribute("value") in known[which])
        else:
            question.locator(f"input[value='{known[which][0]}']").check()
    return kinds


def start_quiz(page):
    """Begin the quiz of the page, or begin it again."""
    page.get_by_role("button", name=re.compile("^(Commencer|Recommencer) le quiz$")).click()
    expect(page.get_by_role("button", name="Envoyer mes réponses")).to_be_visible()


def do_step(page, answers):
    """Finish the step of the page, whatever it is, and go to the next one as the page offers."""
    if page.get_by_role("button", name=FINISHED).count():
        page.get_by_role("button", name=FINISHED).click()
    else:
        start_quiz(page)
        answer(page, answers)
        send(page)
        page.wait_for_url("**/apprendre/tentatives/*/")
    if page.get_by_role("main").get_by_role("link", name="Continuer").count():
        page.get_by_role("main").get_by_role("link", name="Continuer").first.click()
