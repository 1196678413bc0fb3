"""Writing to a cohort at the browser: to whom, a look before sending, once, and at the hour of the cohort."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from learners import delivery, messages
from learners.models import Cohort, Letter, Message
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
    """A cohort with three learners: one who began, one who did not, one who is silent; and one of another cohort."""
    found = make_cohort(track, lead=lead, name="Automne", opens_on=date(2026, 10, 1))
    for first_name, since, steps in (("Ada", 3, 1), ("Bruno", 2, 0), ("Cléo", 20, 0)):
        person = make_person(f"{first_name[0].lower()}@example.org", first_name=first_name, last_name="Durand")
        finish(enrol(person, track, at=NOW - since * DAY, cohort=found), steps=steps)
    other = make_cohort(track, name="Printemps")
    enrol(make_person("x@example.org", first_name="Xavier", last_name="Ailleurs"), track, cohort=other)
    return found


WORDS = {"subject": "La réunion", "text": "Bonjour {prénom},\n\nÀ jeudi."}


def write(samuel, cohort, *, query="", **filled):
    """The preview of a message that was filled in."""
    page = samuel.open(f"/cohortes/{cohort.pk}/messages/nouveau/{query}")
    return samuel.press(page, "Voir l’aperçu", WORDS | filled)


def addresses():
    return sorted(Letter.objects.filter(kind="message").values_list("address", flat=True))


def choices(page):
    """To whom one may write."""
    return [plain(one.get_text(" ")) for one in page.main.select("#id_to label")]


def lines(page):
    return [[plain(cell.get_text(" ")) for cell in row.find_all(["th", "td"])] for row in page.main.select("tbody tr")]


def test_the_board_leads_to_the_messages_and_an_empty_list_says_so(samuel, cohort):
    page = samuel.open(samuel.open(f"/cohortes/{cohort.pk}/").links["Écrire à la cohorte"])
    assert (page.h1, "Aucun message pour le moment" in page.headings) == ("Messages", True)
    assert page.links["Écrire un message"] == f"/cohortes/{cohort.pk}/messages/nouveau/"


def test_one_may_write_to_everybody_or_to_those_of_a_state_of_this_cohort(samuel, cohort):
    assert choices(samuel.open(f"/cohortes/{cohort.pk}/messages/nouveau/")) == [
        "Toute la cohorte (3 personnes)",
        "Besoin d’aide (1 personne)",
        "Pas commencé (1 personne)",
        "En cours (1 personne)",
    ]


def test_a_message_is_looked_at_then_sent_and_everybody_receives_their_own(samuel, cohort):
    preview = write(samuel, cohort)
    assert (preview.h1, addresses()) == ("Aperçu du message", [])
    assert "Toute la cohorte (3 personnes), tout de suite." in preview.words
    assert "Ce que recevra Ada Durand" in preview.headings
    assert "Bonjour Ada, À jeudi. Samuel Okoro Cohorte « Automne »" in preview.words

    sent = samuel.press(preview, "Envoyer")

    assert sent.said == ["Message envoyé à 3 personnes. Les lettres partent dans la minute."]
    assert (sent.h1, "0 envoyée, 3 en attente" in sent.words) == ("La réunion", True)
    assert addresses() == ["a@example.org", "b@example.org", "c@example.org"]


def test_two_presses_on_send_make_one_message(samuel, cohort):
    preview = write(samuel, cohort)
    first, second = samuel.press(preview, "Envoyer"), samuel.press(preview, "Envoyer")
    assert first.address == second.address
    assert (Message.objects.count(), len(addresses())) == (1, 3)


def test_a_send_without_a_look_or_with_the_look_of_somebody_else_is_a_look(samuel, cohort, admin):
    preview = write(Visitor(admin), cohort)
    draft = preview.form("Envoyer")[2]["draft"]
    again = samuel.press(write(samuel, cohort), "Envoyer", {"draft": draft})
    assert (again.h1, Message.objects.count()) == ("Aperçu du message", 0)


def test_modify_gives_the_form_back_as_it_was_filled(samuel, cohort):
    page = samuel.press(write(samuel, cohort, to="doing"), "Modifier")
    fields = page.form("Voir l’aperçu")[2]
    assert (fields["subject"], fields["to"], fields["text"]) == (["La réunion"], ["doing"], [WORDS["text"]])


def test_a_selection_comes_by_the_address_and_strangers_in_it_are_left_out(samuel, cohort):
    rows = {one.person.first_name: one.pk for one in cohort.track.enrolments.select_related("person")}
    query = f"?personnes={rows['Bruno']},{rows['Xavier']}&personnes={rows['Cléo']}&personnes=abc"
    page = samuel.open(f"/cohortes/{cohort.pk}/messages/nouveau/{query}")
    assert choices(page)[0] == "Les personnes choisies (2 personnes)"
    assert page.form("Voir l’aperçu")[2]["to"] == ["choix"]
    assert "Ailleurs" not in page.words

    sent = samuel.press(write(samuel, cohort, query=query), "Envoyer")

    assert addresses() == ["b@example.org", "c@example.org"]
    assert "Bruno Durand, Cléo Durand" in sent.words


@pytest.mark.parametrize(("state", "address"), [("stalled", "c"), ("not_started", "b"), ("doing", "a")])
def test_writing_to_a_state_reaches_those_who_are_in_it(samuel, cohort, state, address):
    samuel.press(write(samuel, cohort, to=state), "Envoyer")
    assert addresses() == [f"{address}@example.org"]


def test_the_hour_of_a_message_is_that_of_the_cohort(samuel, cohort):
    Cohort.objects.filter(pk=cohort.pk).update(time_zone="Indian/Reunion")

    preview = write(samuel, cohort, when="plus-tard", day="2026-11-24", hour="09:00")
    assert "Toute la cohorte (3 personnes), le 24 novembre 2026 à 09:00 (La Réunion)." in preview.words
    page = samuel.press(preview, "Programmer")

    message = Message.objects.get()
    assert message.due_at == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    assert "24 novembre 2026 à 09:00 (La Réunion)" in page.words
    fields = page.form("Enregistrer")[2]
    assert (fields["day"], fields["hour"], fields["when"]) == (["2026-11-24"], ["09:00"], ["plus-tard"])
    (line,) = lines(samuel.open(f"/cohortes/{cohort.pk}/messages/"))
    assert line == ["La réunion par Samuel Okoro", "Toute la cohorte", "24 novembre 2026 09:00", "Programmé"]
    assert messages.write_due(now=message.due_at - timedelta(minutes=1)) == 0
    assert messages.write_due(now=message.due_at) == 3


@pytest.mark.parametrize(
    ("filled", "wrong"),
    [
        ({"subject": ""}, {"subject": ""}),
        ({"text": "Bonjour {nom}"}, {"text": "« {nom} » ne sera pas remplacé"}),
        ({"when": "plus-tard"}, {"day": "Donnez le jour de l’envoi.", "hour": "Donnez l’heure de l’envoi."}),
        ({"when": "plus-tard", "day": "2026-11-23", "hour": "10:00"}, {"day": "Ce moment est passé."}),
        ({"to": "choix"}, {"to": ""}),
    ],
    ids=["no subject", "unknown place", "no hour", "past", "nobody"],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_leaves(samuel, cohort, filled, wrong):
    page = write(samuel, cohort, **filled)
    assert (page.status, set(page.invalid)) == (422, set(wrong))
    assert all(words in page.invalid[name] for name, words in wrong.items())
    assert not Message.objects.exists()


@pytest.fixture
def scheduled(cohort, lead):
    """A message for tomorrow."""
    return messages.compose(
        cohort=cohort, by=lead, subject="Demain", text="Bonjour.", due_at=NOW + DAY, at=timezone.now()
    )


def test_a_scheduled_message_is_edited_until_it_leaves(samuel, cohort, scheduled):
    address = f"/cohortes/{cohort.pk}/messages/{scheduled.pk}/"
    page = samuel.open(address)
    edited = samuel.press(page, "Enregistrer", {"subject": "Après-demain", "day": "2026-11-25"})
    assert (edited.h1, edited.said) == ("Après-demain", ["Message modifié."])

    messages.write_due(now=NOW + 3 * DAY)
    refused = samuel.press(page, "Enregistrer", {"subject": "Trop tard"})
    assert (refused.status, "Ce message est déjà parti" in refused.words) == (409, True)
    assert "Enregistrer" not in samuel.open(address).buttons


def test_cancelling_asks_first(samuel, cohort, scheduled):
    page = samuel.open(samuel.open(f"/cohortes/{cohort.pk}/messages/{scheduled.pk}/").links["Annuler ce message"])
    assert (page.h1, Message.objects.get().cancelled_at) == ("Annuler ce message ?", None)

    page = samuel.press(page, "Annuler le message")

    assert page.said == ["Message annulé : il ne partira pas."]
    assert lines(page)[0][-1] == "Annulé"
    assert messages.write_due(now=NOW + 3 * DAY) == 0


def test_the_list_counts_the_letters_that_left_wait_and_were_refused(samuel, cohort, lead):
    messages.compose(cohort=cohort, by=lead, subject="Hier", text="Bonjour.", due_at=NOW, at=NOW)
    first, second, _ = Letter.objects.filter(kind="message").order_by("pk")
    delivery.send(first.pk, now=NOW)
    Letter.objects.filter(pk=second.pk).update(dropped_at=NOW, dropped_reason="refusée par le serveur de courrier")
    assert mail.outbox[-1].to == ["a@example.org"]

    (line,) = lines(samuel.open(f"/cohortes/{cohort.pk}/messages/"))

    assert line[-1] == "Parti 1 envoyée, 1 en attente, 1 non remise"


def test_a_long_list_has_pages(samuel, cohort, lead):
    for number in range(21):
        messages.compose(
            cohort=cohort, by=lead, subject=f"N° {number}", text="…", due_at=NOW + DAY, at=NOW + number * DAY / 100
        )
    page = samuel.open(f"/cohortes/{cohort.pk}/messages/")
    assert (len(lines(page)), "Page 1 sur 2" in page.words) == (20, True)
    assert len(lines(samuel.open(f"/cohortes/{cohort.pk}/messages/{page.links['Page suivante']}"))) == 1


def test_a_cohort_without_anybody_and_a_track_that_is_gone_have_nobody_to_write_to(samuel, cohort, lead, track):
    empty = make_cohort(track, lead=lead, name="Vide")
    assert "Personne à qui écrire" in samuel.open(f"/cohortes/{empty.pk}/messages/nouveau/").headings
    track.unpublish()
    assert "Ce parcours n’est plus proposé" in samuel.open(f"/cohortes/{cohort.pk}/messages/nouveau/").headings


def test_lists_and_forms_cost_as_many_queries_with_one_row_as_with_three(
    client, lead, track, django_assert_num_queries
):
    client.force_login(lead)
    cohort = make_cohort(track, lead=lead, name="Comptée")
    costs = {f"/cohortes/{cohort.pk}/messages/": 7, f"/cohortes/{cohort.pk}/messages/nouveau/": 10}
    for number in range(3):
        enrol(make_person(f"q{number}@example.org"), track, cohort=cohort)
        messages.compose(cohort=cohort, by=lead, subject="…", text="…", due_at=NOW, at=NOW + number * DAY)
        if number in {0, 2}:
            for address, cost in costs.items():
                with django_assert_num_queries(cost):
                    assert client.get(address).status_code == 200
