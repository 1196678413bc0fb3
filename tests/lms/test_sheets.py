"""The sheet of a learner, and the page that explains their own figure: facts and dates, nobody's words."""

from datetime import date, timedelta

import pytest
from wagtail.models import Page

from learners import accommodations, enrolment, letters
from learners.models import Allowance, Contact, Enrolment, EnrolmentChange, Letter, Pair
from tests.factories.cohorts import DAY, fail, follow
from tests.factories.courses import make_lesson
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person
from tests.factories.reviews import answered, make_open_track
from tests.lms.visiting import Visitor, plain

SECRET = "Cuthbertine-Zéphyrine raconte ici une rencontre que personne d’autre ne doit lire"


@pytest.fixture
def lead(db):
    """Somebody who leads the cohort."""
    return make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def samuel(lead):
    """The lead at the browser."""
    return Visitor(lead)


@pytest.fixture
def cohort(track, lead):
    """A cohort that opened on 1 October."""
    return make_cohort(track, lead=lead, name="Automne", opens_on=date(2026, 10, 1))


@pytest.fixture
def bob(cohort):
    """Somebody who read two lessons, failed the quiz once, and fell silent for fifteen days."""
    return follow(cohort, "Bob", since=25, steps=(24, 23), failures=(15,), sector="entreprise")


def address(row):
    """Where the sheet is."""
    return f"/cohortes/{row.cohort_id}/personnes/{row.pk}/"


def landmarks(page):
    """The facts at the head of the sheet, by name."""
    return {plain(one.dt.get_text()): plain(one.dd.get_text(" ")) for one in page.main.select(".landmarks > div")}


def section(page, title):
    """The words under a heading."""
    (heading,) = [one for one in page.main.find_all("h2") if plain(one.get_text()) == title]
    return plain(heading.find_parent("section").get_text(" ")).removeprefix(title).strip()


def test_the_head_of_a_sheet_says_who_and_when(samuel, cohort, bob, lead):
    pair = Pair.objects.create(cohort=cohort, made_at=NOW, made_by=lead)
    ada = follow(cohort, "Ada", since=3)
    Enrolment.objects.filter(pk__in=[bob.pk, ada.pk]).update(pair=pair, organisation="Le Garage")
    accommodations.grant(person=bob.person, extra_percent=33, by=lead, at=NOW)

    page = samuel.open(address(bob))

    assert (page.h1, page.title.split(",")[0]) == ("Bob", "Bob")
    assert landmarks(page) == {
        "Prochaine étape": "Quiz 1",
        "Inscription": "29 octobre 2026",
        "Premier accès": "30 octobre 2026",
        "Dernier accès": "8 novembre 2026, il y a 15 jours",
        "Adresse e-mail": "bob@example.org",
        "Organisation": "Le Garage Modifier l’organisation et le secteur",
        "Secteur": "Entreprise",
        "Binôme": "Ada",
        "Temps supplémentaire": "+ 33 %",
    }
    assert "Besoin d’aide rien depuis 15 jours 2 étapes sur 4 terminées" in page.words
    assert page.links["Ada"] == address(ada)


def test_a_sheet_explains_the_figure_and_what_remains(samuel, bob):
    page = samuel.open(address(bob))

    assert (page.links["Pourquoi ce chiffre ?"], page.links["Pourquoi ce n’est pas terminé ?"]) == (
        "#pourquoi",
        "#reste",
    )
    assert section(page, "Pourquoi ce chiffre ?") == (
        "50 % : 2 étapes obligatoires terminées sur 4. "
        "Module 1. Module 1 2 sur 3 Leçon 1.1 terminée le 30 octobre 2026 Leçon 1.2 terminée le 31 octobre 2026 "
        "Quiz 1 à faire Module 2. Module 2 0 sur 1 Leçon 2.1 pas encore ouverte"
    )
    assert section(page, "Pourquoi ce n’est pas terminé ?") == (
        "Il reste 2 étapes obligatoires. Quiz 1 ouverte, 5 min "
        "Leçon 2.1 Cette étape s’ouvre quand « Quiz 1 » est terminée."
    )


def test_optional_steps_are_said_to_count_for_nothing(samuel, bob):
    module = Page.objects.get(slug="module-1").specific
    make_lesson(module, title="En plus", required=False)
    words = section(samuel.open(address(bob)), "Pourquoi ce chiffre ?")
    assert "L’étape facultative ne compte pas." in words
    assert "En plus" not in words


def test_the_sheet_of_who_finished_says_so_and_stays_true_when_a_step_is_added(samuel, cohort):
    row = follow(cohort, "Ada", since=30, steps=(29, 28, 27, 20))
    page = samuel.open(address(row))
    assert landmarks(page)["Parcours terminé"] == "le 3 novembre 2026 · Attestation"
    assert page.links["Attestation"] == f"/attestations/{row.certificate.code}/"
    assert "Pourquoi ce n’est pas terminé ?" not in page.headings

    make_lesson(Page.objects.get(slug="module-2").specific, title="Ajoutée")
    assert section(samuel.open(address(row)), "Pourquoi ce n’est pas terminé ?") == (
        "Le parcours a été terminé, et le reste. Une étape a été ajoutée depuis : Ajoutée ouverte, 15 min"
    )


def test_a_sheet_lists_attempts_letters_allowances_changes_and_contacts(samuel, cohort, bob, lead, steps):
    fail(bob, steps[2], at=NOW - 14 * DAY)
    letter = Letter.objects.create(
        person=bob.person,
        address="bob@example.org",
        kind="message",
        key="m1",
        enrolment=bob,
        due_at=NOW - 16 * DAY,
        sent_at=NOW - 16 * DAY,
        subject="On avance ensemble ?",
        text=SECRET,
    )
    later = Letter.objects.create(
        person=bob.person, address="bob@example.org", kind="message", key="m2", enrolment=bob, due_at=NOW - DAY
    )
    for one, days in ((letter, 16), (later, 1)):
        Contact.objects.create(
            enrolment=bob, reason="silent", letter=one, contacted_at=NOW - days * DAY, contacted_by=lead
        )
    Allowance.objects.create(
        enrolment=bob,
        kind="open",
        page_id=steps[3].pk,
        comment="Absence prévue",
        granted_at=NOW - DAY,
        granted_by=lead,
    )
    EnrolmentChange.objects.create(
        enrolment=bob,
        kind="moved",
        before="Printemps",
        after="Automne",
        changed_at=NOW - 2 * DAY,
        changed_by=lead,
        reason="Horaires",
    )

    page = samuel.open(address(bob))

    assert section(page, "Tentatives aux quiz") == (
        "Quiz Tentative Envoyée Score Résultat Quiz 1 2 9 novembre 2026 0 % Pas encore réussie "
        "Quiz 1 1 8 novembre 2026 0 % Pas encore réussie"
    )
    assert section(page, "Prises de contact") == (
        "Le Par Raison Message Ensuite "
        "22 novembre 2026 Samuel Okoro ne vient plus pas encore parti pas encore de retour "
        "7 novembre 2026 Samuel Okoro ne vient plus On avance ensemble ? retour le 8 novembre 2026"
    )
    assert section(page, "Messages reçus") == (
        "Objet Nature État Message de responsable Message de responsable à envoyer le 22 novembre 2026 "
        "On avance ensemble ? Message de responsable envoyé le 7 novembre 2026 "
        "Bienvenue Bienvenue à envoyer le 29 octobre 2026"
    )
    assert section(page, "Dérogations") == (
        "Ouvrir sans attendre : Leçon 2.1. Absence prévue Accordée le 22 novembre 2026 par Samuel Okoro. "
        "Terminer la dérogation pour Leçon 2.1 Accorder une dérogation"
    )
    assert section(page, "Changements de l’inscription") == (
        "Changement de cohorte : Printemps → Automne. Horaires Le 21 novembre 2026, par Samuel Okoro."
    )
    assert SECRET not in page.response.text


def test_an_empty_sheet_says_what_it_lacks(samuel, cohort):
    page = samuel.open(address(follow(cohort, "Neuve", since=2)))

    assert (landmarks(page)["Premier accès"], landmarks(page)["Dernier accès"]) == ("jamais", "jamais")
    assert section(page, "Tentatives aux quiz") == "Aucune tentative pour le moment."
    assert section(page, "Prises de contact") == "Personne ne lui a écrit depuis le tableau de bord."
    assert section(page, "Dérogations") == "Aucune dérogation. Accorder une dérogation"
    assert "Changements de l’inscription" not in page.headings


def test_what_a_learner_wrote_and_what_their_account_received_stay_theirs(samuel, site, lead):
    track = make_open_track(site)
    cohort = make_cohort(track, lead=lead, name="Atelier")
    rows = [
        enrol(make_person(f"p{number}@example.org"), track, at=NOW - 30 * DAY, cohort=cohort) for number in range(5)
    ]
    for row in rows:
        answered(row, at=NOW - 20 * DAY, text=SECRET)
    composed = type("Composed", (), {"subject": f"Code de {SECRET}", "text": SECRET, "html": SECRET})
    letters.write_account_message(
        composed=composed, address="p0@example.org", key="account", person=rows[0].person, at=NOW
    )

    shown = [samuel.open(one).response.text for one in (address(rows[0]), cohort.get_absolute_url())]

    assert "1 réponse à relire" in shown[0]
    assert [SECRET in text or "Cuthbertine" in text for text in shown] == [False, False]


def test_a_sheet_is_read_in_its_own_cohort_and_never_for_staff(samuel, cohort, bob, lead, track):
    other = make_cohort(track, lead=lead, name="Hiver")
    staff = follow(cohort, "Membre", since=5, is_staff=True)

    for row_address in (f"/cohortes/{other.pk}/personnes/{bob.pk}/", address(staff)):
        assert samuel.client.get(row_address).status_code == 404


def test_the_sheet_of_who_left_is_still_there_and_says_so(samuel, bob, track):
    enrolment.withdraw(person=bob.person, track_pk=track.pk, at=NOW - DAY)

    assert "Parti depuis le 22 novembre 2026" in samuel.open(address(bob)).words


def test_the_sheet_in_a_track_that_was_unpublished_tells_what_it_can(samuel, bob, track):
    track.unpublish()
    page = samuel.open(address(bob))

    assert (page.status, "Pourquoi ce chiffre ?" in page.headings) == (200, False)
    assert "Pas encore réussie" in section(page, "Tentatives aux quiz")


# ---------------------------------------------------------------- one's own


def test_a_learner_reads_why_their_figure_is_what_it_is(nadia, enrolment, samuel, cohort):
    finish(enrolment, steps=2, at=NOW - timedelta(days=1))
    space = nadia.open("/mon-espace/")

    page = nadia.open(space.links["Pourquoi ce chiffre ?"])

    assert page.address == "/mon-espace/parcours/jeunes/#pourquoi"
    assert (page.status, page.h1) == (200, "Votre avancée")
    Enrolment.objects.filter(pk=enrolment.pk).update(cohort=cohort)
    theirs = samuel.open(address(Enrolment.objects.get(pk=enrolment.pk)))
    for title in ("Pourquoi ce chiffre ?", "Pourquoi ce n’est pas terminé ?"):
        assert section(page, title) == section(theirs, title)


def test_a_learner_who_finished_reads_what_they_did(nadia, enrolment):
    finish(enrolment)

    page = nadia.open(nadia.open("/mon-espace/").links["Ce qui a été fait dans le parcours Jeunes"])

    assert "100 % : 4 étapes obligatoires terminées sur 4." in page.words
    assert "Pourquoi ce n’est pas terminé ?" not in page.headings


def test_who_does_not_follow_a_track_has_no_figure_to_explain(nadia, track, learner):
    assert nadia.open("/mon-espace/parcours/jeunes/").status == 404
    enrol(learner, track)
    assert nadia.open("/mon-espace/parcours/jeunes/").status == 200
