"""The list of the day at the browser: a reason in words, a message to change and send, and who came back."""

from datetime import date, timedelta

import pytest

from learners import addresses, contacts, subscriptions
from learners.models import Contact, Letter
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person
from tests.lms.visiting import Visitor, plain

DAY = timedelta(days=1)


@pytest.fixture
def lead(db):
    """Somebody who leads the cohort of the tests."""
    return make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def samuel(lead):
    """The lead at the browser."""
    return Visitor(lead)


@pytest.fixture
def cohort(track, lead):
    """A cohort in which Ada is silent, and Bruno is not."""
    found = make_cohort(track, lead=lead, name="Automne", opens_on=date(2026, 10, 1))
    for name, until in (("Ada", 12), ("Bruno", 1)):
        person = make_person(f"{name.lower()}@example.org", first_name=name, last_name="Durand")
        finish(enrol(person, track, at=NOW - 30 * DAY, cohort=found), steps=1, at=NOW - until * DAY)
    return found


def row(name):
    return Contact.enrolment.field.related_model.objects.get(person__first_name=name)


def told(page):
    return [plain(one.get_text(" ")) for one in page.main.select(".contact")]


def test_the_board_says_whom_to_write_to_and_why_before_it_lists_everybody(samuel, cohort):
    page = samuel.open(f"/cohortes/{cohort.pk}/")

    assert page.headings[:3] == ["Automne", "L’essentiel", "À contacter aujourd’hui"]
    assert told(page) == ["Ada Durand Ne vient plus 12 jours sans venir, 1 étape sur 4 Écrire à Ada Durand"]
    assert page.links["Écrire à Ada Durand"] == f"/cohortes/{cohort.pk}/contacter/{row('Ada').pk}/"


def test_a_prepared_message_is_changed_sent_and_the_person_leaves_the_list(samuel, cohort):
    page = samuel.open(samuel.open(f"/cohortes/{cohort.pk}/").links["Écrire à Ada Durand"])
    assert (page.h1, "Ne vient plus : 12 jours sans venir, 1 étape sur 4." in page.words) == (
        "Écrire à Ada Durand",
        True,
    )
    prepared = page.form("Envoyer")[2]["text"][0]
    assert "« Leçon 1.2 »" in prepared

    sent = samuel.press(page, "Envoyer", {"text": prepared.replace("Bonjour Ada", "Chère Ada")})

    assert (sent.h1, sent.said) == ("Automne", ["Message envoyé à Ada Durand."])
    assert told(sent) == ["Ada Durand ne vient plus, message du 23 novembre 2026 pas encore"]
    assert "Une autre personne a reçu un message ces derniers jours : laissez-lui le temps de revenir." in sent.words
    letter = Letter.objects.get(kind="message")
    assert (letter.address, letter.text.startswith("Chère Ada")) == ("ada@example.org", True)
    assert letter.contact.contacted_by == samuel.person


def test_two_presses_write_once(samuel, cohort):
    page = samuel.open(f"/cohortes/{cohort.pk}/contacter/{row('Ada').pk}/")
    samuel.press(page, "Envoyer")
    again = samuel.press(page, "Envoyer")
    assert again.said == ["Ada Durand a déjà reçu un message aujourd’hui : rien n’est reparti."]
    assert (Contact.objects.count(), Letter.objects.filter(kind="message").count()) == (1, 1)
    page = samuel.open(f"/cohortes/{cohort.pk}/contacter/{row('Ada').pk}/")
    assert "Dernier message à cette personne : le 23 novembre 2026." in page.words


def test_anybody_of_the_cohort_may_be_written_to_for_another_reason(samuel, cohort):
    page = samuel.open(f"/cohortes/{cohort.pk}/contacter/{row('Bruno').pk}/")
    samuel.press(page, "Envoyer")
    assert Contact.objects.get().reason == "other"


@pytest.mark.parametrize(("text", "words"), [("", "obligatoire"), ("Bonjour {nom}", "ne sera pas remplacé")])
def test_what_cannot_leave_is_said_beside_its_field(samuel, cohort, text, words):
    page = samuel.open(f"/cohortes/{cohort.pk}/contacter/{row('Ada').pk}/")
    page = samuel.press(page, "Envoyer", {"text": text})
    assert (page.status, set(page.invalid)) == (422, {"text"})
    assert not Contact.objects.exists()


def test_whoever_refuses_reminders_is_not_on_the_list_and_has_no_form(samuel, cohort):
    subscriptions.opt_out(person_pk=row("Ada").person_id, kind="reminder", at=NOW)
    assert "Personne aujourd’hui." in samuel.open(f"/cohortes/{cohort.pk}/").words
    page = samuel.open(f"/cohortes/{cohort.pk}/contacter/{row('Ada').pk}/")
    assert ("Cette personne ne souhaite pas être relancée" in page.headings, page.buttons) == (True, [])
    assert samuel.post(page.address, {"subject": "…", "text": "…"}).status == 409
    assert not Contact.objects.exists()


def write(name, lead, days):
    contacts.write_to(enrolment_pk=row(name).pk, reason="silent", subject="…", text="…", by=lead, at=NOW - days * DAY)


def test_whoever_has_an_address_that_does_not_answer_is_on_the_list_and_has_no_form(samuel, cohort):
    addresses.mark_failing(row("Ada").person, diagnostic="550 5.1.1", at=NOW)
    board = samuel.open(f"/cohortes/{cohort.pk}/")
    assert told(board) == [
        "Ada Durand Ne vient plus Adresse qui ne répond pas 12 jours sans venir, 1 étape sur 4 Que faire ? "
        "pour Ada Durand"
    ]
    page = samuel.open(board.links["Que faire ? pour Ada Durand"])
    assert "L’adresse de cette personne ne répond pas" in page.headings
    assert "Envoyer" not in page.buttons
    assert "Adresse qui ne répond pas" in samuel.open(f"/cohortes/{cohort.pk}/personnes/{row('Ada').pk}/").words


def test_the_board_says_who_came_back_and_a_page_lists_them_all(samuel, cohort, lead):
    for days in range(8, 14):
        write("Ada", lead, days)
    write("Bruno", lead, 5)
    page = samuel.open(f"/cohortes/{cohort.pk}/")
    assert "Revenus ?" in page.headings
    assert "Bruno Durand ne vient plus, message du 18 novembre 2026 est revenue le 22 novembre 2026" in told(page)
    page = samuel.open(page.links["Toutes les personnes contactées depuis un mois"])
    assert (page.h1, len(told(page))) == ("Personnes contactées", 7)


def test_an_empty_list_of_contacts_says_so(samuel, cohort):
    assert "Personne depuis un mois" in samuel.open(f"/cohortes/{cohort.pk}/contacter/").headings


def test_the_share_who_came_back_is_said_with_its_numbers(samuel, cohort, track, lead):
    for number in range(5):
        person = make_person(f"s{number}@example.org", first_name=f"S{number}", last_name="X")
        done = enrol(person, track, at=NOW - 30 * DAY, cohort=cohort)
        write(f"S{number}", lead, 10)
        finish(done, steps=1 if number else 0, at=NOW - 5 * DAY)
    page = samuel.open(f"/cohortes/{cohort.pk}/")
    assert "Ne vient plus : 4 personnes sur 5 sont revenues" in page.words
    samuel_list = samuel.open(f"/cohortes/{cohort.pk}/contacter/")
    assert "Ne vient plus : 4 personnes sur 5 sont revenues" in samuel_list.words


def test_the_pages_of_contacts_cost_as_much_with_one_row_as_with_three(
    client, lead, cohort, track, django_assert_num_queries
):
    client.force_login(lead)
    addresses = {f"/cohortes/{cohort.pk}/contacter/": 5, f"/cohortes/{cohort.pk}/contacter/{row('Ada').pk}/": 12}
    for number in range(3):
        person = make_person(f"s{number}@example.org", first_name=f"S{number}", last_name="X")
        enrol(person, track, at=NOW - 30 * DAY, cohort=cohort)
        write(f"S{number}", lead, 10)
        if number in {0, 2}:
            for address, cost in addresses.items():
                with django_assert_num_queries(cost):
                    assert client.get(address).status_code == 200
