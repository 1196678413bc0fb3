"""Who comes into a cohort, waits, goes two by two or left, as who leads it sees and decides it."""

import pytest

from learners import documents, seats
from learners import enrolment as enrolments
from learners.models import Enrolment, EnrolmentChange, Invitation, Pair, WaitingPlace
from tests.factories.learners import NOW, enrol, make_cohort, make_person
from tests.lms.visiting import Visitor


@pytest.fixture
def lead(db):
    return make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def cohort(track, lead):
    made = make_cohort(track, lead=lead)
    made.seats = 2
    made.save()
    for name in ("Ali", "Béa"):
        enrol(make_person(f"{name[:1]}@example.org", first_name=name, last_name="Roy"), track, cohort=made)
    return made


@pytest.fixture
def samuel(lead):
    return Visitor(lead)


@pytest.fixture
def address(cohort):
    return f"/cohortes/{cohort.pk}/inscriptions/"


def test_an_invitation_is_made_shown_with_its_link_and_code_and_revoked_once_asked(samuel, cohort, address):
    board = samuel.open(cohort.get_absolute_url())
    page = samuel.open(board.links["Inscriptions"])
    assert "2 places prises sur 2" in page.words
    page = samuel.press(page, "Créer une invitation", {"days": "7"})
    made = Invitation.objects.get()
    assert made.printed_code in page.said[0]
    link = page.soup.select_one(f"a[href$='/cohortes/rejoindre/{made.code}/']")
    assert link["href"] == link.text
    assert "jusqu’au 30 novembre 2026" in page.words

    asked = samuel.open(page.links[f"Révoquer l’invitation {made.printed_code}"])
    assert Invitation.objects.get().revoked_at is None
    page = samuel.press(asked, "Révoquer l’invitation")
    assert "Révoquée" in page.words
    assert Invitation.objects.get().revoked_by.email == "samuel@example.org"


def test_a_seat_is_given_by_hand_and_a_place_is_removed_once_asked(samuel, cohort, address, learner):
    for name in ("Cleo", "Dan"):
        seats.wait(person=make_person(f"{name}@example.org", first_name=name, last_name="Roy"), cohort=cohort, at=NOW)
    page = samuel.open(f"{address}attente/")
    assert "Aucune place libre" in page.words
    assert "Donner une place à Dan Roy" not in page.buttons
    asked = samuel.open(page.links["Retirer Cleo Roy de la liste"])
    page = samuel.press(asked, "Retirer de la liste")
    assert list(WaitingPlace.objects.waiting().values_list("person__first_name", flat=True)) == ["Dan"]
    cohort.seats = 3
    cohort.save()
    page = samuel.press(samuel.open(f"{address}attente/"), "Donner une place à Dan Roy")
    assert page.said == ["Dan Roy a une place : un message part à son adresse."]
    assert Enrolment.objects.get(person__first_name="Dan").cohort == cohort


def test_a_pair_is_formed_by_name_or_address_and_undone(samuel, cohort, address):
    page = samuel.open(f"{address}binomes/")
    wrong = samuel.press(page, "Former ce binôme", {"first": "ali", "second": "A@example.org"})
    assert "second" in wrong.invalid
    page = samuel.press(page, "Former ce binôme", {"first": "ali", "second": "bea ROY"})
    assert page.said == ["Ali Roy et Béa Roy forment un binôme."]
    asked = samuel.open(page.links["Défaire le binôme de Ali Roy et Béa Roy"])
    samuel.press(asked, "Défaire le binôme")
    assert not Pair.objects.exists()


def test_a_name_that_several_bear_asks_for_the_address_and_names_no_stranger(samuel, cohort, address, track):
    cohort.seats = None
    cohort.save()
    enrol(make_person("ali2@example.org", first_name="Ali", last_name="Roy"), track, cohort=cohort)
    other = make_cohort(track, name="Printemps")
    enrol(make_person("loin@example.org", first_name="Ali", last_name="Lointain"), track, cohort=other)
    page = samuel.open(f"{address}binomes/")
    wrong = samuel.press(page, "Former ce binôme", {"first": "Ali Roy", "second": "Lointain"})
    assert sorted(wrong.invalid) == ["first", "second"]
    assert "Ali Roy (A@example.org), Ali Roy (ali2@example.org). Écrivez l’adresse e-mail." in wrong.words
    assert "Personne de ce nom ou de cette adresse n’est sans binôme dans la cohorte." in wrong.words
    assert "loin@example.org" not in wrong.words
    page = samuel.press(wrong, "Former ce binôme", {"first": "ali2@example.org", "second": "Béa"})
    assert page.said == ["Ali Roy et Béa Roy forment un binôme."]


def test_whom_somebody_comes_from_is_corrected_with_a_reason_and_kept_with_what_it_was(samuel, cohort, lead):
    row = Enrolment.objects.order_by("pk").first()
    enrolments.describe(enrolment=row, organisation="Mairie", sector="autre", by=lead, at=NOW)
    asked = samuel.open(
        samuel.open(f"/cohortes/{cohort.pk}/personnes/{row.pk}/").links["Modifier l’organisation et le secteur"]
    )
    foreign = {"organisation": "三井", "reason": "Nom exact"}
    assert samuel.press(asked, "Enregistrer", foreign).invalid == {"organisation": documents.UNPRINTABLE}
    told = {"organisation": "Mairie de Lens", "sector": "collectivite"}
    assert samuel.press(asked, "Enregistrer", told).invalid == {"reason": "Champ requis."}
    sheet = samuel.press(asked, "Enregistrer", told | {"reason": "Faute de frappe"})
    assert "Mairie, Autre → Mairie de Lens, Collectivité. Faute de frappe" in sheet.words
    assert EnrolmentChange.objects.values_list("changed_by__email", "reason").first() == (
        "samuel@example.org",
        "Faute de frappe",
    )
    again = samuel.press(asked, "Enregistrer", told | {"reason": "Encore"})
    assert again.said == ["C’est noté pour Ali Roy."]
    assert EnrolmentChange.objects.count() == 2


def test_somebody_who_left_comes_back_with_a_reason(samuel, cohort, address, track):
    row = Enrolment.objects.first()
    enrolments.withdraw(person=row.person, track_pk=track.pk, at=NOW)
    asked = samuel.open(samuel.open(f"{address}retraits/").links[f"Faire revenir {row.person}"])
    assert samuel.press(asked, "Faire revenir").status == 422
    samuel.press(asked, "Faire revenir", {"reason": "De retour de congé"})
    row.refresh_from_db()
    assert row.withdrawn_at is None
    assert EnrolmentChange.objects.values_list("kind", "reason", "changed_by__email").get() == (
        "restored",
        "De retour de congé",
        "samuel@example.org",
    )


def test_nobody_comes_back_to_a_full_cohort_by_the_hand_of_its_lead_either(samuel, cohort, address, track, learner):
    row = Enrolment.objects.first()
    enrolments.withdraw(person=row.person, track_pk=track.pk, at=NOW)
    enrol(learner, track, cohort=cohort)
    page = samuel.press(samuel.open(f"{address}retraits/{row.pk}/retablir/"), "Faire revenir", {"reason": "De retour"})
    assert "Toutes les places sont prises" in page.said[0]


def test_each_page_costs_the_same_with_one_row_and_with_three(
    samuel, cohort, address, track, lead, django_assert_num_queries
):
    def fill(number):
        people = [make_person(f"{number}{one}@example.org") for one in range(4)]
        Invitation.objects.create(cohort=cohort, created_at=NOW, created_by=lead)
        WaitingPlace.objects.create(cohort=cohort, person=people[0], asked_at=NOW)
        pair = Pair.objects.create(cohort=cohort, made_at=NOW)
        for person in people[1:]:
            Enrolment.objects.create(
                person=person,
                track=track,
                cohort=cohort,
                enrolled_at=NOW,
                last_activity_at=NOW,
                pair=pair if person != people[3] else None,
                withdrawn_at=NOW if person == people[3] else None,
            )

    costs = {"": 7, "attente/": 7, "binomes/": 8, "retraits/": 6}
    for numbers in ((0,), (1, 2)):
        for number in numbers:
            fill(number)
        for place, cost in costs.items():
            with django_assert_num_queries(cost):
                assert samuel.open(address + place).status == 200
