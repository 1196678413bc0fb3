"""The whole words of every message. Objects are built in memory: no database.

In the expected texts ``·`` stands for a narrow no-break space and ``~`` for a no-break space.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from importlib.resources import files

import pytest
from django.core.mail import BadHeaderError
from django.template import Engine

from courses.models import TrackPage
from courses.outline import Module, Outline, Step
from learners import emails
from learners.models import Certificate, Cohort, Enrolment, Letter, User, WaitingPlace

SITE = "https://alliance.example"
UNSUBSCRIBE = f"{SITE}/messages/WzEsInJlbWluZGVyIl0:1tN0ab:x-y_z/desinscription/"
TITLES = ["Un problème à plusieurs", "Dix-sept objectifs", "Trois mots", "Lire un sondage", "Quiz : pourquoi ?"]
SIGNATURE = f"Faire alliance\n{SITE}/\n\n———\n\n"


@pytest.fixture(autouse=True)
def _public_address(settings):
    settings.SITE_URL = SITE
    settings.SITE_NAME = "Faire alliance"
    settings.DEFAULT_FROM_EMAIL = "Faire alliance <bonjour@alliance.example>"


def step(number):
    kind, label = ("quiz", "quiz") if number == 5 else ("lesson", "leçon")
    return Step(
        pk=number,
        title=TITLES[number - 1],
        url=f"/parcours/x/m/{number}/",
        slug=f"s{number}",
        kind=kind,
        kind_label=label,
        summary="",
        minutes=10 + number,
        required=True,
        number=number,
        module_pk=1,
    )


def outline(*, informal, modules=1, **changes):
    title, award, hours, days = ("Jeunes", "reussite", 6.5, 8) if informal else ("Décideurs", "suivi", 3, 21)
    steps = tuple(step(number) for number in range(1, 6))
    one = Module(pk=1, title="M", url="/parcours/x/m/", slug="m", summary="", number=1, steps=steps)
    facts = {
        "pk": 1,
        "title": title,
        "url": "/parcours/x/",
        "slug": "x",
        "audience": "jeunes",
        "tagline": "",
        "hours": hours,
        "informal": informal,
        "in_order": True,
        "award": award,
        "reminder_after_days": days,
        "modules": (one, *[Module(pk=9, title="", url="", slug="", summary="", number=2)] * (modules - 1)),
    }
    return Outline(**(facts | changes))


def enrolment(first_name="Inès", cohort=None):
    return Enrolment(person=User(email="ines@exemple.fr", first_name=first_name, last_name="Dubœuf"), cohort=cohort)


def certificate(*, informal, first_name="Inès", track_title=None, **facts):
    track = outline(informal=informal)
    row = enrolment(first_name)
    row.track = TrackPage(pk=1, content_type_id=1, title=track.title, informal=informal)
    return Certificate(
        enrolment=row,
        code="23456789ABCDEFGHJKLMNPQR",
        holder="Inès Dubœuf",
        track_title=track_title or track.title,
        **{"award": track.award, "award_label": TrackPage.Award(track.award).label, **facts},
    )


def module_certificate(*, informal):
    award = TrackPage.Award.FOLLOWED
    return certificate(informal=informal, module_title="Préparer", award=award, award_label=award.label)


def account(name, **context):
    return emails.account(f"account/email/{name}", {"email": "d'ines@exemple.fr", **context})


def shown(text):
    return text.replace("\u202f", "·").replace("\u00a0", "~")


def every_letter():
    """One of each letter to a learner, in both manners of address."""
    for informal in (False, True):
        track = outline(informal=informal)
        yield emails.welcome(enrolment(), track, step(1), reminder_after=8)
        yield emails.reminder(enrolment(), track, [step(1)], step(2), 10, unsubscribe_url=UNSUBSCRIBE)
        nearly_all = [step(n) for n in range(1, 5)]
        yield emails.reminder(enrolment(), track, nearly_all, step(5), 10, unsubscribe_url=UNSUBSCRIBE)
        yield emails.certificate_ready(certificate(informal=informal))
        yield emails.certificate_ready(module_certificate(informal=informal))
        seated = enrolment(cohort=Cohort(name="Automne"))
        yield emails.seat_given(seated, track, step(1))
        yield emails.waiting(WaitingPlace(cohort=seated.cohort, person=seated.person), track)
        seated.person.set_unusable_password()
        yield emails.welcome(seated, track, step(1), reminder_after=8)
        yield emails.seat_given(seated, track, None)


ACCOUNT_FACTS = {
    "code": "7KD-Q2M",
    "password_reset_url": f"{SITE}/compte/mot-de-passe/cle/3-abc/",
    "signup_url": f"{SITE}/compte/inscription/",
    "activate_url": f"{SITE}/compte/confirmation/abc/",
    "timestamp": datetime(2026, 11, 23, 9, 5, tzinfo=UTC),
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
    "from_email": "avant@exemple.fr",
    "to_email": "apres@exemple.fr",
    "deleted_email": "retiree@exemple.fr",
}


def account_names():
    """The messages that allauth may send, from its own package."""
    folder = files("allauth") / "templates" / "account" / "email"
    names = [file.name for file in folder.iterdir()]
    return sorted(name.removesuffix("_subject.txt") for name in names if name.endswith("_subject.txt"))


def every_message():
    yield from every_letter()
    for name in account_names():
        yield account(name, **ACCOUNT_FACTS)


# ---------------------------------------------------------------- letters to learners


def test_welcome_says_vous_and_puts_the_first_step_in_reach():
    letter = emails.welcome(enrolment(), outline(informal=False, modules=4), step(1), reminder_after=21)
    assert shown(letter.subject) == "Bienvenue dans le parcours «·Décideurs·»"
    assert shown(letter.text) == (
        "Bonjour Inès,\n\n"
        "Vous voilà dans le parcours «·Décideurs·»~: 4 modules, 3~h en tout, à votre rythme.\n\n"
        "Pour commencer~:\n\n"
        "Un problème à plusieurs (leçon, 11~min)\n"
        f"{SITE}/parcours/x/m/1/\n\n"
        "Arrêtez-vous quand vous voulez~: tout ce que vous faites est gardé. "
        "Votre avancée et l’étape suivante sont toujours dans votre espace~:\n"
        f"{SITE}/mon-espace/\n\n"
        "À la fin, vous recevez une attestation de suivi. Si vous restez 21~jours sans venir, "
        "nous vous écrirons une fois·; un clic suffit pour refuser ces rappels.\n\n"
        f"Bon parcours,\n{SIGNATURE}"
        "Vous recevez ce message parce que vous venez de vous inscrire au parcours «·Décideurs·».\n"
    )


def test_welcome_says_tu_to_the_young_and_names_the_cohort():
    letter = emails.welcome(
        enrolment(cohort=Cohort(name="Lycée d'automne")), outline(informal=True), step(1), reminder_after=8
    )
    assert shown(letter.text) == (
        "Bonjour Inès,\n\n"
        "Te voilà dans le parcours «·Jeunes·»~: 1 module, 6~h~30 en tout, à ton rythme.\n"
        "Tu le suis avec la cohorte «·Lycée d’automne·».\n\n"
        "Pour commencer~:\n\n"
        "Un problème à plusieurs (leçon, 11~min)\n"
        f"{SITE}/parcours/x/m/1/\n\n"
        "Tu t’arrêtes quand tu veux~: tout ce que tu fais est gardé. "
        "Ton avancée et l’étape suivante sont toujours dans ton espace~:\n"
        f"{SITE}/mon-espace/\n\n"
        "À la fin, tu reçois une attestation de réussite du parcours. Si tu restes 8~jours sans venir, "
        "nous t’écrirons une fois·; un clic suffit pour refuser ces rappels.\n\n"
        f"Bonne route,\n{SIGNATURE}"
        "Tu reçois ce message parce que tu viens de t’inscrire au parcours «·Jeunes·».\n"
    )


def test_welcome_without_step_nor_reminders_nor_name_leads_to_the_track():
    track = outline(informal=False, reminder_after_days=0, modules=1)
    letter = emails.welcome(enrolment(first_name=""), track, None, reminder_after=0)
    assert letter.text.startswith("Bonjour,\n\n")
    assert f"à votre rythme.\n\n{SITE}/parcours/x/\n\nArrêtez-vous" in letter.text
    assert "refuser" not in letter.text
    assert f'href="{SITE}/parcours/x/"' in letter.html


def test_a_reminder_names_what_is_done_and_what_comes_next():
    letter = emails.reminder(
        enrolment(), outline(informal=False), [step(1), step(2)], step(3), 21, unsubscribe_url=UNSUBSCRIBE
    )
    assert shown(letter.subject) == "La suite de votre parcours~: Trois mots"
    assert shown(letter.text) == (
        "Bonjour Inès,\n\n"
        "Votre parcours «·Décideurs·» vous attend depuis 21~jours. "
        "Rien n’est perdu~: tout ce que vous avez fait est gardé.\n\n"
        "Ce que vous avez fait (2~étapes sur~5)~:\n"
        "– Un problème à plusieurs\n"
        "– Dix-sept objectifs\n\n"
        "La suite~:\n\n"
        "Trois mots (leçon, 13~min)\n"
        f"{SITE}/parcours/x/m/3/\n\n"
        f"À bientôt,\n{SIGNATURE}"
        "Vous recevez ce message parce que vous suivez le parcours «·Décideurs·».\n\n"
        f"Choisir ce que je reçois, et quand~: {SITE}/mon-espace/preferences/\n"
        f"Ne plus recevoir de rappels~: {UNSUBSCRIBE}\n"
    )


def test_a_reminder_before_the_last_step_says_so_and_names_only_the_latest_ones():
    letter = emails.reminder(
        enrolment(), outline(informal=True), [step(n) for n in range(1, 5)], step(5), 8, unsubscribe_url=UNSUBSCRIBE
    )
    assert shown(letter.subject) == "Plus qu’une étape dans le parcours «·Jeunes·»"
    assert shown(letter.text) == (
        "Bonjour Inès,\n\n"
        "Ton parcours «·Jeunes·» t’attend depuis 8~jours. Rien n’est perdu~: tout ce que tu as fait est gardé.\n\n"
        "Ce que tu as fait (4~étapes sur~5)~:\n"
        "…\n"
        "– Dix-sept objectifs\n"
        "– Trois mots\n"
        "– Lire un sondage\n\n"
        "La suite~:\n\n"
        "Quiz~: pourquoi·? (quiz, 15~min)\n"
        f"{SITE}/parcours/x/m/5/\n\n"
        "C’est la dernière étape avant ton attestation de réussite du parcours.\n\n"
        f"À bientôt,\n{SIGNATURE}"
        "Tu reçois ce message parce que tu suis le parcours «·Jeunes·».\n\n"
        f"Choisir ce que je reçois, et quand~: {SITE}/mon-espace/preferences/\n"
        f"Ne plus recevoir de rappels~: {UNSUBSCRIBE}\n"
    )


def test_a_reminder_of_nothing_done_offers_the_first_step():
    letter = emails.reminder(enrolment(), outline(informal=True), [], step(1), 1, unsubscribe_url=UNSUBSCRIBE)
    assert shown(letter.text).startswith(
        "Bonjour Inès,\n\n"
        "Ton parcours «·Jeunes·» t’attend depuis 1~jour. La première étape est prête.\n\n"
        "Pour commencer~:\n\n"
        "Un problème à plusieurs (leçon, 11~min)\n"
    )


def test_a_reminder_still_reads_well_when_authors_took_the_next_step_away():
    letter = emails.reminder(enrolment(), outline(informal=False), [step(1)], None, 21, unsubscribe_url=UNSUBSCRIBE)
    assert shown(letter.subject) == "Votre parcours «·Décideurs·»"
    assert f"Retrouvez le parcours~:\n{SITE}/parcours/x/\n\nÀ bientôt," in shown(letter.text)


def test_optional_steps_are_named_but_not_counted():
    optional = replace(step(2), pk=77, required=False)
    letter = emails.reminder(
        enrolment(), outline(informal=False), [step(1), optional], step(3), 21, unsubscribe_url=UNSUBSCRIBE
    )
    assert "(1~étape sur~5)" in shown(letter.text)
    assert "– Dix-sept objectifs" in letter.text


def test_the_attestation_arrives_with_the_way_to_check_it():
    letter = emails.certificate_ready(certificate(informal=False))
    assert shown(letter.subject) == "Votre attestation de suivi~: «·Décideurs·»"
    assert shown(letter.text) == (
        "Bravo Inès·!\n\n"
        "Vous avez terminé le parcours «·Décideurs·». Votre attestation de suivi est jointe à ce message, en PDF. "
        "Elle reste aussi dans votre espace~:\n"
        f"{SITE}/mon-espace/\n\n"
        "Toute personne à qui vous la montrez peut vérifier qu’elle est authentique, "
        "à cette adresse ou avec le code QR~:\n"
        f"{SITE}/attestations/23456789ABCDEFGHJKLMNPQR/\n\n"
        "Code~: 2345-6789-ABCD-EFGH-JKLM-NPQR\n\n"
        f"Et maintenant, place aux alliances.\n{SIGNATURE}"
        "Vous recevez ce message parce que vous avez terminé le parcours «·Décideurs·».\n"
    )


def test_the_attestation_says_tu_to_the_young():
    letter = emails.certificate_ready(certificate(informal=True))
    assert shown(letter.subject) == "Ton attestation de réussite du parcours~: «·Jeunes·»"
    assert "Tu as terminé le parcours" in letter.text
    assert not re.search(r"\b[vV](ous|otre|os)\b", letter.text)


def test_the_attestation_of_a_module_names_the_module_and_why_it_comes():
    letter = emails.certificate_ready(module_certificate(informal=False))
    assert shown(letter.subject) == "Votre attestation de suivi~: module «·Préparer·»"
    for said in (
        "Vous avez terminé le module «·Préparer·» du parcours «·Décideurs·». Votre attestation de suivi est jointe",
        "Vous recevez ce message parce que vous avez demandé l’attestation de ce module.",
    ):
        assert said in shown(letter.text)
        assert said in shown(letter.html)
    assert "terminé le parcours" not in letter.text


def test_the_attestation_of_a_module_says_tu_to_the_young():
    letter = emails.certificate_ready(module_certificate(informal=True))
    assert shown(letter.subject) == "Ton attestation de suivi~: module «·Préparer·»"
    assert "Tu as terminé le module «·Préparer·» du parcours «·Jeunes·»" in shown(letter.text)
    assert not re.search(r"\b[vV](ous|otre|os)\b", letter.text)


# ---------------------------------------------------------------- messages of the account

REASON = "Vous recevez ce message parce que l’adresse d'ines@exemple.fr a été saisie sur Faire alliance.\n"


def test_the_code_that_opens_an_account():
    letter = account("email_confirmation_signup", code="7KD-Q2M")
    assert shown(letter.subject) == "Bienvenue~: confirmez votre adresse e-mail"
    assert shown(letter.text) == (
        "Bonjour,\n\n"
        "Pour créer votre compte, saisissez ce code sur la page restée ouverte~:\n\n"
        "7KD-Q2M\n\n"
        "Ce code ne sert qu’une fois et n’est valable que quelques minutes. Ne le donnez à personne.\n\n"
        "Si vous n’avez rien demandé, ignorez ce message~: aucun compte ne sera ouvert avec votre adresse.\n\n"
        f"À bientôt,\n{SIGNATURE}{REASON}"
    )


def test_the_code_that_confirms_another_address():
    letter = account("email_confirmation", code="7KD-Q2M")
    assert letter.subject == "Confirmez votre adresse e-mail"
    assert shown(letter.text) == (
        "Bonjour,\n\n"
        "Pour confirmer votre adresse, saisissez ce code sur la page restée ouverte~:\n\n"
        "7KD-Q2M\n\n"
        "Ce code ne sert qu’une fois et n’est valable que quelques minutes. Ne le donnez à personne.\n\n"
        "Si vous n’avez rien demandé, ignorez ce message~: l’adresse ne sera pas utilisée.\n\n"
        f"À bientôt,\n{SIGNATURE}{REASON}"
    )


def test_the_link_that_resets_a_password():
    letter = account("password_reset_key", password_reset_url=f"{SITE}/compte/mot-de-passe/cle/3-abc/")
    assert letter.subject == "Choisir un nouveau mot de passe"
    assert shown(letter.text) == (
        "Bonjour,\n\n"
        "Pour choisir un nouveau mot de passe, ouvrez ce lien. Il ne sert qu’une fois~:\n"
        f"{SITE}/compte/mot-de-passe/cle/3-abc/\n\n"
        "Si vous n’avez rien demandé, ignorez ce message~: votre mot de passe ne change pas.\n\n"
        f"À bientôt,\n{SIGNATURE}{REASON}"
    )


def test_the_owner_of_an_account_learns_that_someone_wanted_to_create_it_again():
    letter = account("account_already_exists", password_reset_url=f"{SITE}/oublie/", signup_url=f"{SITE}/inscription/")
    assert letter.subject == "Vous avez déjà un compte"
    assert shown(letter.text) == (
        "Bonjour,\n\n"
        "Une demande de création de compte vient d’être faite avec l’adresse d'ines@exemple.fr. "
        "Elle a déjà un compte~: il n’y a rien à créer.\n\n"
        "Si la demande vient de vous, connectez-vous~:\n"
        f"{SITE}/compte/connexion/\n\n"
        "Mot de passe oublié·? Choisissez-en un nouveau~:\n"
        f"{SITE}/oublie/\n\n"
        "Si vous n’avez rien demandé, ignorez ce message~: votre compte est intact.\n\n"
        f"À bientôt,\n{SIGNATURE}{REASON}"
    )


def test_an_address_without_account_is_told_so_in_private():
    letter = account("unknown_account", signup_url=f"{SITE}/compte/inscription/")
    assert letter.subject == "Aucun compte avec cette adresse"
    assert shown(letter.text) == (
        "Bonjour,\n\n"
        "Quelqu’un a voulu entrer dans un compte avec l’adresse d'ines@exemple.fr. "
        "Aucun compte ne porte cette adresse.\n\n"
        "Si c’était vous, essayez une autre de vos adresses, ou créez un compte~:\n"
        f"{SITE}/compte/inscription/\n\n"
        "Si vous n’avez rien demandé, ignorez ce message.\n\n"
        f"À bientôt,\n{SIGNATURE}{REASON}"
    )


def test_the_code_that_signs_in():
    letter = account("login_code", code="7KD-Q2M")
    assert letter.subject == "Votre code de connexion"
    assert shown(letter.text) == (
        "Bonjour,\n\n"
        "Voici votre code de connexion. Saisissez-le sur la page où vous l’avez demandé~:\n\n"
        "7KD-Q2M\n\n"
        "Ce code ne sert qu’une fois et n’est valable que quelques minutes. Ne le donnez à personne.\n\n"
        "Si vous n’avez pas demandé à vous connecter, ignorez ce message~: personne n’entrera sans ce code.\n\n"
        f"À bientôt,\n{SIGNATURE}{REASON}"
    )


def test_a_change_of_address_is_announced_with_what_to_do():
    letter = account("email_changed", **ACCOUNT_FACTS)
    assert letter.subject == "Votre adresse e-mail a changé"
    assert shown(letter.text) == (
        "Bonjour,\n\n"
        "L’adresse de votre compte était avant@exemple.fr·; c’est maintenant apres@exemple.fr.\n\n"
        "Si ce changement vient de vous, vous n’avez rien à faire.\n\n"
        "Sinon, choisissez tout de suite un nouveau mot de passe~:\n"
        f"{SITE}/compte/mot-de-passe/oublie/\n\n"
        "Ce que nous savons de ce changement~:\n"
        "– date~: 23 novembre 2026, 10:05\n"
        "– adresse IP~: 203.0.113.7\n"
        "– navigateur~: Mozilla/5.0 (X11·; Linux x86_64)\n\n"
        f"À bientôt,\n{SIGNATURE}"
        "Vous recevez ce message parce que votre compte sur Faire alliance a changé.\n"
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("email_confirm", "Votre adresse e-mail est confirmée."),
        ("email_deleted", "L’adresse retiree@exemple.fr a été retirée de votre compte."),
        ("password_changed", "Votre mot de passe a changé."),
        ("password_reset", "Un nouveau mot de passe a été choisi pour votre compte."),
        ("password_set", "Votre compte a maintenant un mot de passe."),
    ],
)
def test_other_changes_are_announced_in_one_sentence(name, sentence):
    assert account(name, **ACCOUNT_FACTS).text.startswith(f"Bonjour,\n\n{sentence}\n\nSi ce changement vient de vous,")


@pytest.mark.parametrize("name", account_names())
def test_every_message_of_the_account_is_ours_and_in_french(name):
    for ending in ("_subject.txt", "_message.txt", "_message.html"):
        origin = Engine.get_default().get_template(f"account/email/{name}{ending}").origin.name
        assert "lms/templates" in origin
    letter = account(name, **ACCOUNT_FACTS)
    assert letter.text.startswith("Bonjour,")
    assert not re.search(r"\b(the|you|your|email)\b", letter.text, re.IGNORECASE)


def test_a_confirmation_does_not_carry_the_name_that_a_stranger_typed():
    letter = account("email_confirmation_signup", code="7KD-Q2M", user=User(first_name="GAGNEZ http://evil.example"))
    assert "evil" not in letter.text + letter.html


# ---------------------------------------------------------------- what all of them hold


def test_no_message_promises_more_than_an_attestation():
    for letter in every_message():
        words = letter.subject + letter.text + letter.html.split("<body")[1]
        assert not re.search(r"certifi|dipl[oô]m|\btitre\b", words)


def test_html_is_french_has_one_title_and_fetches_nothing():
    for letter in every_message():
        assert letter.html.lower().startswith("<!doctype html>")
        assert '<html lang="fr"' in letter.html
        assert letter.html.count("<h1") == 1
        assert not re.search(r"<(img|link|script|iframe|svg)|url\(|@import|\ssrc=", letter.html)


def test_styles_are_inlined_and_those_of_the_screen_are_kept():
    for letter in every_message():
        assert '<body style="' in letter.html
        assert re.findall(r"@media ([^{]+) {", letter.html) == ["(max-width: 480px)", "(prefers-color-scheme: dark)"]


def test_every_link_is_absolute_and_in_the_text_as_well():
    for letter in every_message():
        links = re.findall(r'href="([^"]*)"', letter.html)
        assert links
        for link in links:
            assert link.startswith(f"{SITE}/")
            assert link in letter.text


def test_what_can_be_refused_ends_with_the_way_to_refuse_it():
    for letter in every_letter():
        refusable = "Ne plus recevoir" in letter.text
        assert letter.text.endswith(f"{UNSUBSCRIBE}\n") is refusable
        assert (f'href="{UNSUBSCRIBE}"' in letter.html) is refusable


def test_names_and_titles_are_text_never_markup():
    name = '<img src=x> {{ site_url }} "&'
    letter = emails.certificate_ready(certificate(informal=False, first_name=name, track_title="<script>a</script>"))
    assert f"Bravo {name}" in letter.text
    assert "«\u202f<script>a</script>\u202f»" in letter.text
    assert "<img" not in letter.html
    assert "<script" not in letter.html


def test_a_subject_holds_on_one_line_of_two_hundred_characters():
    title = "Alliance\r\nBcc: x@y.z " + "longue " * 60
    letter = emails.certificate_ready(certificate(informal=False, track_title=title))
    assert Letter._meta.get_field("subject").max_length == 200
    assert 190 < len(letter.subject) <= 200
    assert shown(letter.subject).startswith("Votre attestation de suivi~: «·Alliance Bcc~: x@y.z longue ")
    assert letter.subject.endswith("longue…")


# ---------------------------------------------------------------- the MIME message


def sent(composed=None, **changes):
    composed = composed or emails.Composed("Objet : été", "Texte\n", "<p>Texte</p>")
    facts = {"to": "ines@exemple.fr", "message_id": "<abc@alliance.example>"}
    mime = emails.message(composed, **(facts | changes)).message()
    return message_from_bytes(mime.as_bytes(), policy=policy.default)


def test_a_message_has_its_text_first_and_its_html_beside():
    mime = sent()
    assert mime["From"] == "Faire alliance <bonjour@alliance.example>"
    assert mime["To"] == "ines@exemple.fr"
    assert mime["Subject"] == "Objet : été"
    assert mime["Message-ID"] == "<abc@alliance.example>"
    assert mime["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mime.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mime.get_body(("plain",)).get_content() == "Texte\n"


def test_a_message_carries_its_document():
    mime = sent(attachments=(("attestation.pdf", b"%PDF-1.7 \xff", "application/pdf"),))
    (document,) = mime.iter_attachments()
    assert document.get_filename() == "attestation.pdf"
    assert document.get_content_type() == "application/pdf"
    assert document.get_content() == b"%PDF-1.7 \xff"


def test_a_message_says_how_to_unsubscribe_in_one_click():
    mime = sent(headers={"List-Unsubscribe": f"<{UNSUBSCRIBE}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"})
    assert mime["List-Unsubscribe"].replace(" ", "") == f"<{UNSUBSCRIBE}>"
    assert mime["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x1e", "\x85", "\u2028"])
def test_no_line_break_becomes_a_header(end):
    evil = f"x{end}Bcc: victime@exemple.fr"
    mime = sent(emails.Composed(evil, "t", "<p>t</p>"))
    assert mime["Subject"] == "x Bcc: victime@exemple.fr"
    assert mime["Bcc"] is None
    attacks = (
        {"to": evil},
        {"message_id": evil},
        {"headers": {"X-A": evil}},
        {"headers": {evil: "a"}},
        {"attachments": ((evil, b"", "text/plain"),)},
    )
    for attack in attacks:
        with pytest.raises(BadHeaderError):
            sent(**attack)


def test_a_name_with_a_line_break_cannot_break_a_letter():
    letter = emails.certificate_ready(certificate(informal=True, first_name="Inès\r\nBcc: victime@exemple.fr"))
    mime = sent(letter)
    assert mime["Bcc"] is None
    assert mime["Subject"].strip() == letter.subject
