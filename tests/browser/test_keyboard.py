"""The whole journey with Tab, Enter, Space and typing; at every stop one sees where one is."""

from playwright.sync_api import expect

from tests.browser.people import FINISHED, FIRST_NAME, LAST_NAME, PASSWORD, arrives_at, code_for, plain

LONGEST_WALK = 120  # stops from one control to another

WHERE = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const label = here.labels && here.labels[0];
  const name = here.getAttribute("aria-label") || (label || here).innerText || here.id;
  // A card whose title is the link shows its ring around the whole card, by a pseudo-element.
  const seen = [[here, null], [here, "::after"], [label, null]].some(([one, pseudo]) => {
    if (!one) return false;
    const style = getComputedStyle(one, pseudo);
    const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5;
    return outline || style.boxShadow !== "none";
  });
  const box = here.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const covering = document.elementFromPoint(
    Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1),
    Math.min(Math.max(box.top + Math.min(box.height / 2, 12), 0), innerHeight - 1));
  const clear = !covering || here.contains(covering) || covering.contains(here)
    || Boolean(label && (label.contains(covering) || covering.contains(label)));
  return { name: name.trim().replace(/\\s+/g, " "), type: here.type || here.localName, seen, inside, clear };
}"""


class Keyboard:
    """Hands that never leave the keyboard."""

    def __init__(self, page):
        self.page = page

    def tab(self):
        """The next stop, which must be visible, on the screen, and under nothing."""
        self.page.keyboard.press("Tab")
        here = self.page.evaluate(WHERE)
        if here:
            assert (here["seen"], here["inside"], here["clear"]) == (True, True, True), f"{here} of {self.page.url}"
        return here

    def reach(self, name):
        """Tab to the control of that name; the pages are finite, and nothing traps the focus."""
        stops = []
        for _ in range(LONGEST_WALK):
            here = self.tab()
            stops.append(here and here["name"])
            if here and here["name"].startswith(name):
                return here
        raise AssertionError(f"no stop « {name} » on {self.page.url}: {stops}")

    def reach_until(self, there):
        """Tab until the condition holds."""
        for _ in range(LONGEST_WALK):
            self.tab()
            if there():
                return
        raise AssertionError(f"no such stop on {self.page.url}")

    def press(self, name):
        """Reach a link or a button and press it."""
        self.reach(name)
        self.enter()

    def enter(self):
        """Press Enter, and be where it leads."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def fill(self, label, text):
        """Reach a field and type."""
        self.reach(label)
        self.page.keyboard.type(text)

    def skip(self):
        """Past the header, by the first stop of the page."""
        assert self.tab()["name"] == "Aller au contenu"
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#contenu")).to_be_focused()

    def answer_everything(self):
        """The first choice of each question, by Space; then send."""
        for _ in range(LONGEST_WALK):
            here = self.tab()
            if here and here["type"] in {"radio", "checkbox"}:
                self.page.keyboard.press("Space")
            if here and here["name"] == "Envoyer mes réponses":
                return self.enter()
        raise AssertionError("no way to send the answers")


def test_the_whole_journey_is_made_with_the_keyboard_alone(people, product, backstage, email):
    steps = backstage("steps", track="decideurs")
    page = people()
    hands = Keyboard(page)
    page.goto("/")
    hands.skip()
    hands.press("Choisir mon parcours")
    hands.press("Décideurs")
    arrives_at(page, "Décideurs")
    hands.press("S’inscrire au parcours")

    arrives_at(page, "Se connecter")
    hands.skip()
    hands.press("Créer un compte")
    arrives_at(page, "Créer un compte")
    hands.fill("Prénom", FIRST_NAME)
    hands.fill("Nom", LAST_NAME)
    hands.fill("E-mail", email)
    hands.fill("Mot de passe", PASSWORD)
    hands.enter()
    arrives_at(page, "Entrez le code reçu par e-mail")
    hands.fill("Code", code_for(product, email))
    page.keyboard.press("Enter")

    arrives_at(page, "Décideurs")
    hands.press("S’inscrire au parcours")
    for step in steps:
        arrives_at(page, step["title"])
        if step["kind"] == "quiz":
            hands.skip()
            hands.press("Commencer le quiz")
            expect(page.get_by_role("button", name="Envoyer mes réponses")).to_be_visible()
            hands.answer_everything()
            arrives_at(page, "Quiz terminé")
        else:
            hands.press(FINISHED)
        if step is not steps[-1]:
            goes_on(page, hands, step, steps[step["number"]])

    hands.skip()
    hands.press("Voir mon attestation")
    arrives_at(page, "Cette attestation est authentique")
    hands.skip()
    assert hands.reach("Télécharger mon attestation (PDF)")["type"] == "a"


def goes_on(page, hands, step, following):
    """By « Continuer », unless the page of the following step has come by itself."""
    if plain(page.get_by_role("heading", level=1).inner_text()) != plain(following["title"]):
        hands.skip()
        hands.press("Continuer")


def test_a_graded_quiz_is_answered_with_the_keyboard(people, backstage, answers, email):
    backstage("person", email=email)
    backstage("follow", email=email, track="jeunes", steps=4)
    quiz = next(step for step in backstage("steps", track="jeunes") if step["kind"] == "quiz")
    page = people.signed_in(backstage("session", email=email))
    hands = Keyboard(page)
    page.goto(quiz["url"])
    hands.press("Commencer le quiz")
    expect(page.get_by_role("button", name="Envoyer mes réponses")).to_be_visible()
    hands.skip()
    for question in page.locator("fieldset.question").all():
        name = question.locator("input[type=hidden]").get_attribute("name")
        chooses(page, hands, name, answers[name.removeprefix("q-")])
    hands.press("Envoyer mes réponses")
    arrives_at(page, "Quiz réussi, bravo !")


def chooses(page, hands, name, known):
    """Space ticks a box; the arrows walk inside a group of which only one can be chosen."""
    box = page.locator(f"input[name='{name}']:focus")
    hands.reach_until(lambda: box.count() == 1)
    for _ in range(10):
        if box.get_attribute("value") in known["right"]:
            page.keyboard.press("Space")
            if known["kind"] != "multiple":
                return
        if known["kind"] != "multiple":
            page.keyboard.press("ArrowDown")
        elif box.evaluate("box => box.closest('.option').nextElementSibling === null"):
            return
        else:
            hands.tab()
    raise AssertionError(f"the keyboard does not reach every answer of {name}")


def test_after_a_mistake_the_keyboard_is_on_the_summary_which_leads_to_the_fields(people, email):
    page = people("phone")
    hands = Keyboard(page)
    page.goto("/compte/inscription/")
    hands.fill("Prénom", FIRST_NAME)
    hands.fill("Nom", LAST_NAME)
    hands.fill("E-mail", email)
    hands.fill("Mot de passe", "court")
    hands.enter()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title("Erreur · Créer un compte · Faire alliance")
    hands.press("Mot de passe")
    expect(page.get_by_label("Mot de passe", exact=True)).to_be_focused()


def test_questions_left_blank_are_named_and_reached_with_the_keyboard(people, backstage, email):
    backstage("person", email=email)
    backstage("follow", email=email, track="jeunes", steps=4)
    quiz = next(step for step in backstage("steps", track="jeunes") if step["kind"] == "quiz")
    page = people.signed_in(backstage("session", email=email))
    hands = Keyboard(page)
    page.goto(quiz["url"])
    hands.press("Commencer le quiz")
    hands.press("Envoyer mes réponses")
    expect(page.locator(".error-summary")).to_be_focused()
    hands.reach("Question 1")
    hands.press("Question 2")
    hands.tab()
    assert page.locator("input:focus").evaluate("box => box.closest('fieldset').id") == "question-2"
