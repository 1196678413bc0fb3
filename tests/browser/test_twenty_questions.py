"""Twenty questions of every type, composed in the CMS alone; then two learners answer them on a phone."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.people import arrives_at, plain, send, start_quiz, typed
from tests.browser.test_instructors import instructor

TRACK = "catalyseurs"

# What an instructor brings from elsewhere.
GIFT = """\
::But:: Que vise l’ODD 17 ? {=Les partenariats ~L’océan ~Le climat ####Coopérer.}

::Forme:: Quelle forme met les partenaires à égalité ? {=La coopération ~Le mécénat ####La coopération.}

::Début:: Par quoi commence une alliance ? {=Écouter ~Signer ~Publier ####On écoute d’abord.}

::Durée:: Qu’est-ce qui fait durer une alliance ? {=La confiance ~Le hasard ####La confiance.}

::Acteurs:: Qui peut s’allier ? {~%50%Une association ~%50%Une commune ~%-100%Personne ####Tout le monde.}

::Apports:: Que peut-on apporter ? {~%50%Du temps ~%50%Un local ~%-100%Rien ####À chacun son apport.}

::Fruits:: Que produit une alliance ? {~%50%Du lien ~%50%Des actes ~%-100%Du vent ####Du lien et des actes.}

::Égalité:: Les apports doivent être égaux. {F ####La réciprocité suffit.}

::Écrit:: Un accord écrit aide à durer. {T ####Il protège.}

::Lien:: Comment s’appelle la personne qui relie ? {=catalyseur =catalyseuse ####Le catalyseur.}

::Sigle:: Que dit le premier D de ODD ? {=développement ####Développement.}

::Objectifs:: Combien y a-t-il d’ODD ? {#17:0 ####Dix-sept.}

::Mois:: Combien de mois dure une année ? {#12:0 ####Douze.}

::Qui:: Qui apporte quoi ? {=Le garage -> l’entretien =La commune -> l’assurance =Le club -> le minibus ####Voilà.}

::Où:: Où se trouve quoi ? {=Nantes -> la Loire =Lyon -> le Rhône =Paris -> la Seine ####Voilà.}
"""

# What both learners answer: choices to tick, a text, or what goes where. Everything is right, except an order that is
# wrong and a gap out of two.
GIVEN = {
    "Que vise l’ODD 17 ?": ["Les partenariats"],
    "Quelle forme met les partenaires à égalité ?": ["La coopération"],
    "Par quoi commence une alliance ?": ["Écouter"],
    "Qu’est-ce qui fait durer une alliance ?": ["La confiance"],
    "Qui peut s’allier ?": ["Une association", "Une commune"],
    "Que peut-on apporter ?": ["Du temps", "Un local"],
    "Que produit une alliance ?": ["Du lien", "Des actes"],
    "Les apports doivent être égaux.": ["Faux"],
    "Un accord écrit aide à durer.": ["Vrai"],
    "Comment s’appelle la personne qui relie ?": "Catalyseuse",
    "Que dit le premier D de ODD ?": "developpement",
    "Combien y a-t-il d’ODD ?": "17",
    "Combien de mois dure une année ?": "12,0",
    "Qui apporte quoi ?": {"Le garage": "l’entretien", "La commune": "l’assurance", "Le club": "le minibus"},
    "Où se trouve quoi ?": {"Nantes": "la Loire", "Lyon": "le Rhône", "Paris": "la Seine"},
    "Qui ouvre la réunion ?": ["La catalyseuse"],
    "De quelle forme s’agit-il ?": {
        "un don": "Mécénat",
        "un prêt": "Mécénat",
        "un projet": "Coopération",
        "une vente": "Coopération",
    },
    "Dans quel ordre ?": {"écouter": "3", "réunir": "2", "agir": "1"},
    "Complétez la phrase.": {"Trou 1 sur 2": "alliance", "Trou 2 sur 2": "identiques"},
    "Que feriez-vous demain ?": "J’irais voir.",
    "Êtes-vous à l’aise ?": ["Oui"],
}
# Sure of everything: three for each drawn question and for the categories, half of it for the gaps, minus six.
SCORE = 15 * 3 + 3 + 1.5 - 6
SHARE = "81"  # per cent of 3 × 18

# What a screen reader meets, in this order.
READING = """
- heading /^Vingt questions/ [level=1]
- paragraph:
  - text: À envoyer avant
  - strong
- group /^Question 1 sur 20 De quelle forme/:
  - paragraph: Choisir une catégorie pour chaque élément.
  - list:
    - listitem:
      - combobox "un don"
    - listitem:
      - combobox "un prêt"
  - group "Certitude":
    - radio "Faible"
    - radio "Moyenne"
    - radio "Élevée"
- group /^Question 2 sur 20 Dans quel ordre/:
  - paragraph: Donner à chaque élément son rang.
  - list:
    - listitem:
      - combobox "agir"
  - group "Certitude"
- group /^Question 3 sur 20 Complétez la phrase/:
  - paragraph: Compléter chaque trou du texte par un mot ou deux.
  - textbox "Trou 1 sur 2"
  - combobox "Trou 2 sur 2"
  - group "Certitude"
- group /^Question 4 sur 20 Que feriez-vous/:
  - paragraph: /^Une réponse modèle sera montrée ensuite/
  - textbox "Réponse"
- group /^Question 5 sur 20 Êtes-vous à l’aise/:
  - radio "Oui"
  - radio "Pas encore"
- group /^Question 6 sur 20/:
  - group "Certitude"
- group /^Question 20 sur 20/:
  - group "Certitude"
- status
- button "Envoyer mes réponses"
- button "Enregistrer et continuer plus tard"
"""


class Desk:
    """The hands of an instructor in the editor, by what is written there."""

    def __init__(self, page):
        self.page = page

    def add(self, kind, stream):
        """A new block of that type at the end of that part of the form."""
        part = self.page.get_by_role("region", name=stream, exact=True)
        part.get_by_role("button", name="Insérer un bloc").last.click()
        self.page.get_by_role("option", name=kind, exact=True).click()
        block = part.get_by_role("region", name=re.compile("^" + re.escape(kind))).last
        expect(block).to_be_visible()
        return block

    def question(self, kind, prompt, stream="Questions*"):
        """A new question with its two texts; the rest is for the caller."""
        block = self.add(kind, stream)
        self.write(block, 0, prompt)
        self.write(block, -1, "C’est expliqué dans la leçon.")
        return block

    def write(self, block, place, words):
        """Type in a rich text of that block; the first is the question, the last its explanation."""
        text = block.locator("[contenteditable=true]").nth(place)
        text.click()
        self.page.keyboard.type(words)
        expect(text).to_have_text(words)

    def rows(self, block, label, words):
        """Fill the lines of that name, in order; there are as many as words."""
        lines = block.get_by_role("region", name=re.compile(f"^{label}")).get_by_role("textbox")
        expect(lines).to_have_count(len(words))
        for line, text in zip(lines.all(), words, strict=True):
            line.fill(text)

    def tag(self, words):
        """Type a theme into the field of themes."""
        self.page.locator(".tagit-new input").click()
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".tagit-label")).to_have_text(words)

    def publish(self):
        """Publish through the menu of actions."""
        self.page.get_by_role("button", name="Plus d'actions").click()
        self.page.get_by_role("button", name="Publier", exact=True).click()


@pytest.fixture
def module(backstage):
    """The page of the first module of the track."""
    return backstage("parent_of", step=backstage("steps", track=TRACK)[0]["pk"])


@pytest.fixture
def takes_away(backstage):
    """Call it with a page that other tests must not meet."""
    keys = []
    yield keys.append
    for key in keys:
        backstage("publish", pk=key, live=False)


@pytest.mark.slow
def test_twenty_questions_of_every_type_composed_in_the_cms_are_worth_the_same_with_and_without_javascript(
    people, product, backstage, module, takes_away
):
    theme = f"theme-{secrets.token_hex(3)}"
    title = f"Vingt questions, {theme}"
    page = instructor(people, product)
    brings_questions_from_elsewhere(page, theme)
    types_a_question_of_the_bank(page, theme)
    composes_the_quiz(page, title, theme, module)
    quiz = next(step for step in backstage("steps", track=TRACK) if step["title"] == title)
    takes_away(quiz["pk"])

    results = [takes(people, backstage, quiz, javascript=javascript) for javascript in (True, False)]
    assert results == [(SCORE, SHARE)] * 2


def brings_questions_from_elsewhere(page, theme):
    """Import a file into the bank: first what it holds, then its questions."""
    page.goto("/admin/")
    page.get_by_role("link", name="La banque de questions").click()
    page.get_by_role("navigation", name="Actions").get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="Importer").click()
    file = {"name": "alliances.gift", "mimeType": "text/plain", "buffer": GIFT.encode()}
    page.get_by_label("Fichier").set_input_files(files=[file])
    Desk(page).tag(theme)
    page.get_by_label("des questions publiées, sauf les incomplètes").check()
    page.get_by_role("button", name="Voir ce que contient le fichier").click()
    page.get_by_role("button", name="Créer ces questions (15)").click()
    expect(page.get_by_text(typed("Questions créées dans la banque : 15."))).to_be_visible()


def types_a_question_of_the_bank(page, theme):
    """One more, by hand; publication says at the field what is missing."""
    desk = Desk(page)
    page.get_by_role("link", name="Ajouter une question").click()
    page.get_by_role("textbox", name="Intitulé*").fill("La réunion")
    desk.tag(theme)
    block = desk.question("Choix unique", "Qui ouvre la réunion ?", stream="Question*")
    answers = block.get_by_role("textbox", name="Réponse proposée*")
    for line, words in zip(answers.all(), ("La catalyseuse", "Le hasard", "Personne"), strict=True):
        line.fill(words)
    desk.publish()
    expect(page.get_by_text("Cochez une seule réponse juste.")).to_be_visible()
    page.get_by_role("checkbox", name="Juste").first.check()
    desk.publish()
    expect(page.get_by_text(re.compile("La réunion.* publié"))).to_be_visible()


def composes_the_quiz(page, title, theme, parent):
    """Five questions by hand, fifteen drawn, a limit of time."""
    desk = Desk(page)
    page.goto(f"/admin/pages/{parent}/")
    page.get_by_role("link", name="Ajouter une sous-page").first.click()
    page.get_by_role("link", name="Quiz", exact=True).click()
    page.get_by_role("textbox", name="Titre*").fill(title)
    page.get_by_role("checkbox", name="Obligatoire").uncheck()
    page.get_by_role("checkbox", name="Demander le degré de certitude").check()

    sorting = desk.question("Classement en catégories", "De quelle forme s’agit-il ?")
    desk.rows(sorting, "Catégorie", ["Mécénat", "un don", "un prêt", "Coopération", "un projet", "une vente"])
    ordering = desk.question("Remise en ordre", "Dans quel ordre ?")
    desk.rows(ordering, "Élément", ["écouter", "réunir", "agir"])
    gaps = desk.question("Texte à trous", "Complétez la phrase.")
    gaps.get_by_role("textbox", name="Texte à trous*").fill(
        "Une {{alliance | coalition}} réunit des acteurs {{différents | ~ identiques}}."
    )
    opened = desk.question("Réponse ouverte", "Que feriez-vous demain ?")
    reader = "La personne elle-même, en comparant avec la réponse modèle (rien n’est noté)"
    opened.get_by_role("combobox", name="Qui relit*").select_option(label=reader)
    desk.write(opened, 1, "Aller voir.")
    opinion = desk.question("Avis (jamais noté)", "Êtes-vous à l’aise ?")
    desk.rows(opinion, "Réponse", ["Oui", "Pas encore"])
    draw = desk.add("Tirage dans la banque", "Questions*")
    draw.get_by_role("spinbutton", name="Nombre de questions*").fill("15")
    draw.get_by_role("button", name="Ajouter").last.click()
    draw.get_by_role("region", name=re.compile("^Étiquette")).get_by_role("combobox").select_option(theme)
    page.get_by_role("spinbutton", name="Temps limité (minutes)").fill("45")
    desk.publish()
    expect(page.get_by_role("link", name="Visualiser la version publiée")).to_be_visible()


def takes(people, backstage, quiz, *, javascript):
    """Somebody new answers everything on a phone; give (what the database keeps, what the page says)."""
    email = f"nadia.{secrets.token_hex(4)}@example.org"
    backstage("person", email=email)
    backstage("follow", email=email, track=TRACK, steps=quiz["number"] - 1)
    page = people.signed_in(backstage("session", email=email), "phone", javascript=javascript)
    page.goto(quiz["url"])
    arrives_at(page, quiz["title"])
    start_quiz(page)
    expect(page.get_by_role("main")).to_match_aria_snapshot(READING)
    send(page)
    expect(page.get_by_role("group", name="20 questions sans réponse")).to_be_focused()
    expect(page.get_by_text("Cette question attend une réponse.")).to_have_count(20)
    for question in page.get_by_role("group", name=re.compile("^Question \\d+ sur 20")).all():
        answers(question, GIVEN[plain(question.locator(".question__prompt").inner_text())])
    if javascript:  # without it, the page stays as it was served
        expect(page.get_by_text("Cette question attend une réponse.")).to_have_count(0)
    send(page)
    page.wait_for_url("**/apprendre/tentatives/*/")
    *_, (_, sent, score) = backstage("attempts_of", email=email)  # the newest quiz is the last
    assert sent
    return score, re.search(r"\d+", page.locator(".score__figure").inner_text())[0]


def answers(question, given):
    """Answer this question, and be sure of it where that is asked."""
    if isinstance(given, str):
        question.get_by_role("textbox", name="Réponse").fill(given)
    elif isinstance(given, list):
        for words in given:
            question.get_by_label(typed(words)).check()
    else:
        for label, words in given.items():
            control = question.get_by_label(typed(label))
            control.fill(words) if control.get_attribute("type") == "text" else control.select_option(label=words)
    sure = question.get_by_role("group", name="Certitude").get_by_label("Élevée")
    if sure.count():
        sure.check()
