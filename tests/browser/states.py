"""Every kind of page in every state that has its own words: how somebody comes to see it.

Each function takes the Stage and gives the page of the person who sees it. Its name is the name
of the state. tests/browser/test_accessibility.py inspects them all.
"""

import re
import secrets

from playwright.sync_api import expect

from tests.browser.people import FIRST_NAME, LAST_NAME, PASSWORD, answer, arrives_at, send, start_quiz, words
from tests.browser.product import until

STATES = {}


def state(show):
    """Register a state under the name of its function."""
    STATES[show.__name__] = show
    return show


class Stage:
    """What the states need: people, their past, the answers, the product around."""

    def __init__(self, people, product, backstage, answers):
        self.people = people
        self.product = product
        self.backstage = backstage
        self.answers = answers

    def visitor(self, address):
        """Somebody unknown, on that page."""
        page = self.people(reduced_motion="reduce")
        page.goto(address)
        return page

    def learner(self, address, track="", steps=0, **options):
        """Somebody who follows the track and has done so many steps, on that page."""
        email = self.somebody()
        if track:
            self.backstage("follow", email=email, track=track, steps=steps, **options)
        return self.person(email, address)

    def somebody(self):
        """The address of a new person."""
        email = f"nadia.{secrets.token_hex(4)}@example.org"
        self.backstage("person", email=email)
        return email

    def person(self, email, address):
        """Somebody known, signed in, on that page."""
        page = self.people.signed_in(self.backstage("session", email=email), reduced_motion="reduce")
        page.goto(address)
        return page

    def steps(self, track="jeunes"):
        """The steps of a track."""
        return self.backstage("steps", track=track)

    def quiz(self):
        """The first graded quiz, and how many steps come before it."""
        quiz = next(step for step in self.steps() if step["kind"] == "quiz")
        return quiz["url"], quiz["number"] - 1

    def certificate(self):
        """The code of a new attestation."""
        return self.backstage("follow", email=self.somebody(), track="decideurs", steps=99)


# ---------------------------------------------------------------- what everybody reads


@state
def home(stage):
    return stage.visitor("/")


@state
def catalogue(stage):
    return stage.visitor("/parcours/")


@state
def track(stage):
    return stage.visitor("/parcours/jeunes/")


@state
def track_of_those_who_decide(stage):
    return stage.visitor("/parcours/decideurs/")


@state
def module(stage):
    return stage.visitor(stage.steps()[0]["url"].rsplit("/", 2)[0] + "/")


@state
def first_lesson(stage):
    return stage.visitor(stage.steps("catalyseurs")[0]["url"])


@state
def step_locked_to_visitors(stage):
    return stage.visitor(stage.steps()[2]["url"])


@state
def glossary(stage):
    return stage.visitor("/glossaire/")


@state
def page_not_found(stage):
    return stage.visitor("/parcours/nulle-part/")


@state
def certificate(stage):
    return stage.visitor(f"/attestations/{stage.certificate()}/")


@state
def certificate_revoked(stage):
    code = stage.certificate()
    stage.backstage("revoke", code=code, reason="délivrée par erreur")
    return stage.visitor(f"/attestations/{code}/")


@state
def certificate_revoked_document(stage):
    code = stage.certificate()
    stage.backstage("revoke", code=code, reason="délivrée par erreur")
    return stage.visitor(f"/attestations/{code}.pdf")


@state
def certificate_unknown(stage):
    return stage.visitor("/attestations/ABCD-EFGH/")


@state
def demonstration_mail_without_a_letter(stage):
    return stage.visitor("/demo/courrier/")


@state
def components(stage):
    return stage.visitor("/dev/composants/")


# ---------------------------------------------------------------- the account


@state
def sign_in(stage):
    return stage.visitor("/compte/connexion/")


@state
def sign_in_refused(stage):
    page = sign_in(stage)
    page.get_by_label("E-mail").fill(f"{secrets.token_hex(4)}@example.org")
    page.get_by_label("Mot de passe", exact=True).fill("ce n’est pas le bon")
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(page).to_have_title(re.compile("^Erreur"))
    return page


@state
def sign_up(stage):
    return stage.visitor("/compte/inscription/")


def fill_sign_up(page, email, password):
    """Fill and send the form of sign-up."""
    page.get_by_label("Prénom").fill(FIRST_NAME)
    page.get_by_label("Nom", exact=True).fill(LAST_NAME)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Créer mon compte").click()


@state
def sign_up_refused(stage):
    page = sign_up(stage)
    fill_sign_up(page, "nadia@example.org", "court")
    expect(page).to_have_title(re.compile("^Erreur"))
    return page


@state
def code_to_enter(stage):
    page = sign_up(stage)
    fill_sign_up(page, f"{secrets.token_hex(4)}@example.org", PASSWORD)
    arrives_at(page, "Entrez le code reçu par e-mail")
    return page


@state
def code_refused(stage):
    page = code_to_enter(stage)
    page.get_by_label("Code").fill("AAAA-2222")
    page.get_by_role("button", name="Valider le code").click()
    expect(page).to_have_title(re.compile("^Erreur"))
    return page


@state
def password_forgotten(stage):
    return stage.visitor("/compte/mot-de-passe/oublie/")


@state
def password_forgotten_sent(stage):
    page = password_forgotten(stage)
    page.get_by_label("E-mail").fill(f"{secrets.token_hex(4)}@example.org")
    page.get_by_role("button", name="Recevoir le lien").click()
    arrives_at(page, "Regardez vos messages")
    return page


@state
def password_to_choose(stage):
    email = stage.somebody()
    page = password_forgotten(stage)
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Recevoir le lien").click()
    letter = stage.product.letter(email, "ot de passe")
    page.goto(re.search(r"http\S+/mot-de-passe/nouveau/\S+", words(letter))[0])
    arrives_at(page, "Choisir un nouveau mot de passe")
    return page


@state
def password_link_expired(stage):
    return stage.visitor("/compte/mot-de-passe/nouveau/1-dihpx6-b827ec1b81916939618e3ebff6dc8eb6/")


@state
def confirmation_link_expired(stage):
    return stage.visitor("/compte/confirmation/MQ:1aaaaa:bbbbbb/")


@state
def sign_out(stage):
    return stage.learner("/compte/deconnexion/")


@state
def addresses(stage):
    return stage.learner("/compte/adresses/")


@state
def password_change(stage):
    return stage.learner("/compte/mot-de-passe/")


@state
def preferences(stage):
    return stage.learner("/mon-espace/preferences/")


@state
def preferences_refused(stage):
    page = preferences(stage)
    page.get_by_label("Prénom").fill("日本")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page).to_have_title(re.compile("^Erreur"))
    return page


@state
def form_too_old(stage):
    page = sign_up(stage)
    page.context.clear_cookies()
    fill_sign_up(page, "nadia@example.org", PASSWORD)
    arrives_at(page, "Cette page était ouverte depuis trop longtemps")
    return page


# ---------------------------------------------------------------- letters


def letter_to_refuse(stage):
    """The address at the foot of a reminder."""
    email = stage.somebody()
    stage.backstage("follow", email=email, track="jeunes", steps=1)
    stage.backstage("days_pass", email=email, count=9)
    stage.backstage("tick", task="learners.schedule.write_reminders")
    letter = until(
        lambda: next((one for one in stage.product.letters(email) if one["List-Unsubscribe"]), None),
        "no reminder",
        seconds=60,
    )
    return letter["List-Unsubscribe"].strip(" <>")


@state
def unsubscribe(stage):
    return stage.visitor(letter_to_refuse(stage))


@state
def unsubscribed(stage):
    page = unsubscribe(stage)
    page.get_by_role("button", name="Ne plus les recevoir").click()
    arrives_at(page, "C’est fait")
    return page


# ---------------------------------------------------------------- learning


@state
def space_of_a_newcomer(stage):
    return stage.learner("/mon-espace/")


@state
def space_under_way(stage):
    return stage.learner("/mon-espace/", "jeunes", 7)


@state
def space_with_everything_finished(stage):
    return stage.learner("/mon-espace/", "decideurs", 99)


@state
def space_of_an_address_that_does_not_answer(stage):
    email = stage.somebody()
    stage.backstage("follow", email=email, track="jeunes", steps=1)
    stage.backstage("come_back", email=email)
    page = stage.person(email, "/mon-espace/")
    expect(page.get_by_role("heading", name="Votre adresse e-mail ne répond pas")).to_be_visible()
    return page


@state
def account_menu_open(stage):
    page = stage.learner("/mon-espace/")
    page.locator(".account summary").click()
    return page


@state
def catalogue_of_a_learner(stage):
    return stage.learner("/parcours/", "jeunes", 3)


@state
def track_just_begun(stage):
    page = stage.learner("/parcours/jeunes/")
    page.get_by_role("button", name="S’inscrire au parcours").click()
    page.goto("/parcours/jeunes/")
    page.get_by_text("Se retirer du parcours").click()
    return page


@state
def track_finished(stage):
    return stage.learner("/parcours/decideurs/", "decideurs", 99)


@state
def lesson_with_a_message(stage):
    page = stage.learner("/parcours/jeunes/")
    page.get_by_role("button", name="S’inscrire au parcours").click()
    expect(page.get_by_role("status")).to_contain_text("inscrit")
    return page


@state
def lesson_to_finish(stage):
    return stage.learner(stage.steps("chefs-de-projet")[3]["url"], "chefs-de-projet", 3)


@state
def lesson_finished(stage):
    return stage.learner(stage.steps("decideurs")[1]["url"], "decideurs", 3)


@state
def step_locked(stage):
    return stage.learner(stage.steps()[5]["url"], "jeunes", 2)


@state
def module_under_way(stage):
    return stage.learner(stage.steps()[0]["url"].rsplit("/", 2)[0] + "/", "jeunes", 2)


@state
def module_done(stage):
    return stage.learner(stage.steps()[0]["url"].rsplit("/", 2)[0] + "/", "jeunes", 6)


@state
def quiz_rules(stage):
    return stage.learner(stage.quiz()[0], "jeunes", stage.quiz()[1])


@state
def quiz_without_a_mark(stage):
    quiz = next(step for step in stage.steps("decideurs") if step["kind"] == "quiz")
    return stage.learner(quiz["url"], "decideurs", quiz["number"] - 1)


@state
def quiz_open(stage):
    page = quiz_rules(stage)
    start_quiz(page)
    return page


@state
def quiz_saved(stage):
    page = quiz_open(stage)
    answer(page, stage.answers)
    page.get_by_role("button", name="Enregistrer et continuer plus tard").click()
    expect(page.get_by_role("status").filter(has_text="enregistrées")).to_be_visible()
    return page


@state
def quiz_with_blanks(stage):
    page = quiz_open(stage)
    answer(page, stage.answers, but=(2, 3))
    send(page)
    expect(page).to_have_title(re.compile("^Erreur"))
    return page


@state
def result_failed(stage):
    page = quiz_with_blanks(stage)
    answer(page, stage.answers, "wrong", but=(2,))
    page.get_by_role("button", name="Envoyer sans ces réponses").click()
    arrives_at(page, "Pas encore")
    return page


@state
def result_passed(stage):
    page = quiz_open(stage)
    answer(page, stage.answers)
    send(page)
    arrives_at(page, "Quiz réussi, bravo !")
    return page


@state
def result_without_a_mark(stage):
    page = quiz_without_a_mark(stage)
    start_quiz(page)
    answer(page, stage.answers, "wrong")
    send(page)
    arrives_at(page, "Quiz terminé")
    return page


@state
def quiz_with_past_attempts(stage):
    page = result_failed(stage)
    page.get_by_role("link", name="Revenir au quiz").click()
    expect(page.get_by_role("button", name="Recommencer le quiz")).to_be_visible()
    return page


@state
def answers_that_do_not_belong(stage):
    page = quiz_open(stage)
    # Without the script that would keep such answers in the page.
    page.route("**/js/autosave*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.reload()
    answer(page, stage.answers)
    page.locator("fieldset.question input:checked").first.evaluate("box => { box.value = 'of another quiz'; }")
    send(page)
    arrives_at(page, "Ces réponses ne vont pas avec ce quiz")
    return page


@state
def quiz_changed_in_another_tab(stage):
    page = quiz_open(stage)
    other = page.context.new_page()
    other.goto(page.url)
    answer(other, stage.answers)
    other.get_by_role("button", name="Enregistrer et continuer plus tard").click()
    expect(other.get_by_role("status").filter(has_text="enregistrées")).to_be_visible()
    other.close()
    answer(page, stage.answers, "wrong")
    expect(page.get_by_text("Modifié depuis une autre page").first).to_be_visible()
    return page


@state
def quiz_rules_with_settings(stage):
    track = stage.backstage("every_type")
    page = stage.learner(stage.steps(track)[0]["url"], track)
    expect(page.get_by_text(re.compile(r"en 45\smin au plus"))).to_be_visible()
    return page


@state
def quiz_of_every_type_half_answered(stage):
    track, email = stage.backstage("every_type"), stage.somebody()
    stage.backstage("follow", email=email, track=track)
    stage.backstage("begin", email=email, track=track)
    page = stage.person(email, stage.steps(track)[0]["url"])
    expect(page.locator("fieldset.question")).to_have_count(12)
    return page


@state
def result_of_every_type(stage):
    track, email = stage.backstage("every_type"), stage.somebody()
    stage.backstage("follow", email=email, track=track)
    attempt = stage.backstage("finish", email=email, track=track)
    page = stage.person(email, f"/apprendre/tentatives/{attempt}/")
    expect(page.get_by_role("article")).to_have_count(12)
    return page


@state
def own_certificate(stage):
    email = stage.somebody()
    code = stage.backstage("follow", email=email, track="decideurs", steps=99)
    return stage.person(email, f"/attestations/{code}/")


@state
def module_to_attest(stage):
    steps = stage.steps("chefs-de-projet")
    module = steps[0]["url"].rsplit("/", 2)[0] + "/"
    done = sum(step["url"].startswith(module) for step in steps)
    return stage.learner(module, track="chefs-de-projet", steps=done)


@state
def module_attested(stage):
    page = module_to_attest(stage)
    page.get_by_role("button", name="Recevoir l’attestation de ce module").click()
    expect(page.get_by_role("link", name="Voir l’attestation de ce module")).to_be_visible()
    return page


@state
def own_certificate_of_a_module(stage):
    page = module_attested(stage)
    page.get_by_role("link", name="Voir l’attestation de ce module").click()
    arrives_at(page, "Cette attestation est authentique")
    return page


@state
def not_for_learners(stage):
    return stage.learner("/admin/")


# ---------------------------------------------------------------- cohorts


@state
def cohorts_of_nobody(stage):
    return stage.learner("/cohortes/")


@state
def cohorts(stage):
    return stage.person("responsable@demo.example", "/cohortes/")


@state
def board(stage):
    page = cohorts(stage)
    page.get_by_role("main").get_by_role("link", name=re.compile("^Jeunes ·")).click()
    expect(page.get_by_role("region", name="Personnes de la cohorte")).to_be_visible()
    return page


@state
def sheet_of_a_learner(stage):
    page = board(stage)
    page.locator(".heat tbody th a").first.click()
    expect(page.get_by_role("heading", name="Pourquoi ce chiffre ?")).to_be_visible()
    return page


@state
def exception_for_a_learner(stage):
    page = sheet_of_a_learner(stage)
    page.get_by_role("link", name="Accorder une dérogation").click()
    page.get_by_role("button", name="Accorder la dérogation").click()
    expect(page.get_by_label("Explication")).to_be_visible()
    return page


@state
def invitations_of_a_cohort(stage):
    page = board(stage)
    page.get_by_role("link", name="Inscriptions").click()
    page.get_by_role("button", name="Créer une invitation").click()
    expect(page.get_by_role("link", name="Révoquer").first).to_be_visible()
    return page


@state
def message_to_a_cohort(stage):
    page = board(stage)
    page.get_by_role("link", name="Écrire à la cohorte").click()
    page.get_by_role("main").get_by_role("link", name="Écrire un message").first.click()
    expect(page.get_by_label("Objet")).to_be_visible()
    return page


@state
def reminders_of_a_cohort(stage):
    page = board(stage)
    page.get_by_role("link", name="Rappels", exact=True).click()
    expect(page.get_by_role("table", name="Rappels à venir")).to_be_visible()
    return page


@state
def one_reminder_to_come(stage):
    page = reminders_of_a_cohort(stage)
    page.get_by_role("link", name="Déplacer ou annuler").first.click()
    expect(page.get_by_role("button", name="Annuler ce rappel")).to_be_visible()
    return page


@state
def rule_of_reminders_tried(stage):
    page = reminders_of_a_cohort(stage)
    page.get_by_role("link", name=re.compile("^Ne vient plus")).click()
    page.get_by_role("button", name="Essayer sur le mois dernier").click()
    expect(page.get_by_role("heading", name=re.compile("^Le mois dernier"))).to_be_visible()
    return page


@state
def rule_of_reminders_refused(stage):
    page = reminders_of_a_cohort(stage)
    page.get_by_role("link", name="Ajouter une règle").click()
    page.get_by_label("Délai").fill("3")
    page.get_by_label("Objet").fill("Bonjour")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page).to_have_title(re.compile("^Erreur"))
    return page


@state
def attestations_of_a_cohort(stage):
    page = board(stage)
    page.get_by_role("link", name="Attestations", exact=True).click()
    expect(page.get_by_role("link", name="Télécharger les documents")).to_be_visible()
    return page


@state
def attestations_of_a_learner(stage):
    return stage.learner("/mon-espace/attestations/", track="decideurs", steps=99)


@state
def why_this_figure(stage):
    page = stage.person("apprenante@demo.example", "/mon-espace/")
    page.get_by_role("main").get_by_role("link", name="Pourquoi ce chiffre ?").first.click()
    expect(page.get_by_role("heading", name="Pourquoi ce chiffre ?")).to_be_visible()
    return page


@state
def board_where_nobody_matches(stage):
    page = board(stage)
    page.get_by_label("Nom ou adresse").fill("personne de ce nom")
    page.get_by_role("button", name="Afficher").click()
    expect(page.get_by_role("heading", name="Personne ne correspond à ces filtres")).to_be_visible()
    return page


@state
def board_of_nobody(stage):
    lead = stage.somebody()
    cohort = stage.backstage("lead", email=lead, cohort=f"Essai {lead}", track="jeunes")
    return stage.person(lead, f"/cohortes/{cohort}/")


# ---------------------------------------------------------------- reviews and figures


def instructor(stage, address):
    """The instructor of the demonstration, on that page."""
    return stage.person("formatrice@demo.example", address)


@state
def reviews(stage):
    page = instructor(stage, "/cohortes/relectures/")
    expect(page.get_by_role("table")).to_be_visible()
    return page


@state
def reviews_of_nobody(stage):
    lead = stage.somebody()
    stage.backstage("lead", email=lead, cohort=f"Essai {lead}", track="jeunes")
    page = stage.person(lead, "/cohortes/relectures/")
    expect(page.get_by_role("heading", name="Rien n’attend de relecture")).to_be_visible()
    return page


@state
def review_refused(stage):
    page = reviews(stage)
    page.get_by_role("button", name="Relire la plus ancienne").click()
    # As without the browser’s own refusal, which would keep the form from leaving.
    page.locator("form.form").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="Enregistrer et passer à la suivante").click()
    expect(page).to_have_title(re.compile("^Erreur"))
    return page


@state
def review_given(stage):
    page = reviews(stage)
    page.get_by_role("region", name="Vos dernières relectures").get_by_role("link").first.click()
    arrives_at(page, "Une réponse relue")
    page.get_by_text("Modifier cette relecture").click()
    return page


@state
def quizzes_to_analyse(stage):
    return instructor(stage, "/cohortes/quiz/")


@state
def quiz_analysis(stage):
    page = quizzes_to_analyse(stage)
    page.get_by_role("link", name="Quiz : préparer avant de rencontrer").click()
    arrives_at(page, "Quiz : préparer avant de rencontrer")
    return page


@state
def marks_to_correct(stage):
    page = quiz_analysis(stage)
    page.get_by_role("link", name="Corriger des notes").click()
    page.get_by_role("combobox").first.select_option(label="Les points pour tout le monde")
    page.get_by_role("button", name="Voir qui change").click()
    expect(page.get_by_role("button", name="Appliquer ces changements")).to_be_visible()
    return page
