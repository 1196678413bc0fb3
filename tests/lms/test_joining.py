"""Coming into a cohort: codes, links, waiting lists, and how far one can guess."""

from datetime import date, timedelta

import pytest

from learners import enrolment as enrolments
from learners import invitations, seats
from learners.documents import UNPRINTABLE
from learners.models import Enrolment, WaitingPlace
from tests.factories.learners import NOW, enrol, make_cohort, make_person
from tests.lms.visiting import Visitor

WRONG = "AAAAABBBBB"


@pytest.fixture
def cohort(track):
    made = make_cohort(track, lead=make_person("samuel@example.org", first_name="Samuel"))
    made.seats = 1
    made.save()
    return made


@pytest.fixture
def invitation(cohort):
    return invitations.invite(cohort=cohort, by=cohort.leads.get().person, at=NOW)


def fill(cohort):
    return enrol(make_person("ali@example.org", first_name="Zulmabelle"), cohort.track, cohort=cohort)


def test_a_typed_code_leads_to_its_cohort_and_the_button_to_the_first_step(nadia, invitation, steps):
    door = nadia.open("/cohortes/rejoindre/")
    shown = nadia.press(door, "Voir la cohorte", {"code": invitation.printed_code.lower()})
    assert (shown.address, shown.h1) == (f"/cohortes/rejoindre/{invitation.code}/", "Automne")
    assert "1 place libre sur 1" in shown.words
    after = nadia.press(shown, "Rejoindre la cohorte", {"organisation": "Mairie de Lens", "sector": "collectivite"})
    assert after.address == steps[0].url
    assert after.said == ["Bienvenue dans la cohorte « Automne ». Bonne route !"]
    row = Enrolment.objects.get()
    assert (row.cohort, row.invitation, row.organisation, row.sector) == (
        invitation.cohort,
        invitation,
        "Mairie de Lens",
        "collectivite",
    )
    assert "Vous suivez ce parcours avec cette cohorte" in nadia.open(shown.address).words


def test_an_organisation_that_the_attestation_cannot_print_is_refused_beside_its_field(nadia, invitation):
    told = {"organisation": "La Ruche 🐝"}
    refused = nadia.press(nadia.open(invitation.get_absolute_url()), "Rejoindre la cohorte", told)
    assert (refused.status, refused.invalid) == (422, {"organisation": UNPRINTABLE})
    assert not Enrolment.objects.exists()
    told = {"organisation": " Παλάτι  de la Mer & Cⁱᵉ "}
    nadia.press(refused, "Rejoindre la cohorte", told)
    assert Enrolment.objects.get().organisation == "Παλάτι de la Mer & Cⁱᵉ"


def test_an_organisation_that_the_attestation_cannot_print_waits_for_no_seat(nadia, invitation):
    fill(invitation.cohort)
    told = {"organisation": "三井"}
    refused = nadia.press(nadia.open(invitation.get_absolute_url()), "Rejoindre la liste d’attente", told)
    assert (refused.status, refused.invalid) == (422, {"organisation": UNPRINTABLE})
    assert not WaitingPlace.objects.exists()


def test_a_visitor_sees_the_cohort_and_no_name_and_comes_back_after_signing_in(visitor, invitation):
    fill(invitation.cohort)
    shown = visitor.open(invitation.get_absolute_url())
    assert "Zulmabelle" not in shown.words
    assert "Samuel" not in shown.words
    back = f"?next=%2Fcohortes%2Frejoindre%2F{invitation.code}%2F"
    assert shown.links["Créer mon compte"] == f"/compte/inscription/{back}"
    assert shown.links["J’ai déjà un compte"] == f"/compte/connexion/{back}"


def test_an_unknown_an_expired_and_a_revoked_link_show_the_same_page(nadia, invitation):
    lead = invitation.created_by
    expired = invitations.invite(cohort=invitation.cohort, by=lead, at=NOW, expires_at=NOW)
    invitations.revoke(invitation=invitation, by=lead, at=NOW)
    pages = [nadia.open(f"/cohortes/rejoindre/{code}/") for code in (WRONG, expired.code, invitation.code)]
    assert {(page.status, page.h1, page.words) for page in pages} == {(404, pages[0].h1, pages[0].words)}
    assert pages[0].h1 == "Cette invitation ne fonctionne pas"


def test_a_wrong_code_is_said_beside_the_field(nadia, invitation):
    said = nadia.press(nadia.open("/cohortes/rejoindre/"), "Voir la cohorte", {"code": WRONG})
    assert (said.status, "ne fonctionne pas" in said.invalid["code"]) == (422, True)


def test_after_ten_wrong_codes_even_a_good_one_waits_ten_minutes_for_person_and_address(nadia, invitation, clock):
    for _ in range(5):
        nadia.press(nadia.open("/cohortes/rejoindre/"), "Voir la cohorte", {"code": WRONG})
        nadia.open(f"/cohortes/rejoindre/{WRONG}/")
    stopped = nadia.open(invitation.get_absolute_url())
    assert (stopped.status, stopped.h1) == (429, "Trop de codes essayés")
    assert "Patientez dix minutes" in stopped.words
    assert Visitor().open(invitation.get_absolute_url()).status == 429
    clock.shift(timedelta(minutes=10, seconds=1))
    assert nadia.open(invitation.get_absolute_url()).status == 200


def test_good_codes_are_never_counted(nadia, invitation):
    assert {nadia.open(invitation.get_absolute_url()).status for _ in range(12)} == {200}


def test_a_full_cohort_offers_its_waiting_list_and_a_freed_seat_brings_one_in(nadia, invitation, learner):
    row = fill(invitation.cohort)
    told = {"organisation": "Mairie de Lens", "sector": "collectivite"}
    waiting = nadia.press(nadia.open(invitation.get_absolute_url()), "Rejoindre la liste d’attente", told)
    assert "Vous êtes sur la liste d’attente" in waiting.words
    assert "Quitter la liste d’attente" in waiting.buttons
    enrolments.withdraw(person=row.person, track_pk=row.track_id, at=NOW)
    came = Enrolment.objects.get(person=learner)
    assert (came.cohort, came.organisation, came.sector) == (invitation.cohort, "Mairie de Lens", "collectivite")


def test_the_waiting_list_is_left_with_one_button(nadia, invitation):
    fill(invitation.cohort)
    waiting = nadia.press(nadia.open(invitation.get_absolute_url()), "Rejoindre la liste d’attente")
    left = nadia.press(waiting, "Quitter la liste d’attente")
    assert "Rejoindre la liste d’attente" in left.buttons
    assert not WaitingPlace.objects.waiting().exists()


def test_a_seat_taken_meanwhile_turns_the_button_into_the_waiting_list(nadia, invitation):
    shown = nadia.open(invitation.get_absolute_url())
    fill(invitation.cohort)
    late = nadia.press(shown, "Rejoindre la cohorte", {"organisation": "Mairie de Lens"})
    assert "liste d’attente" in late.said[0]
    assert late.buttons == ["Rejoindre la liste d’attente"]
    nadia.press(late, "Rejoindre la liste d’attente")
    assert WaitingPlace.objects.get().organisation == "Mairie de Lens"


def test_who_comes_back_to_a_track_finds_a_full_cohort_and_its_waiting_list(nadia, cohort, track, learner):
    enrol(learner, track, cohort=cohort)
    enrolments.withdraw(person=learner, track_pk=track.pk, at=NOW)
    fill(cohort)
    back = nadia.press(nadia.open("/parcours/jeunes/"), "S’inscrire au parcours")
    assert back.address == f"/cohortes/{cohort.pk}/rejoindre/"
    assert back.buttons == ["Rejoindre la liste d’attente"]


def test_a_closed_cohort_and_another_cohort_say_so(nadia, invitation, track, learner):
    cohort = invitation.cohort
    cohort.joined_until = date(2026, 11, 22)
    cohort.save()
    assert "Les inscriptions sont terminées" in nadia.open(invitation.get_absolute_url()).words
    enrol(learner, track, cohort=make_cohort(track, name="Hiver"))
    assert "Vous avez déjà une cohorte" in nadia.open(invitation.get_absolute_url()).words


def test_a_cohort_that_is_not_offered_opens_to_whom_waits_for_it_and_to_nobody_else(nadia, cohort, learner):
    address = f"/cohortes/{cohort.pk}/rejoindre/"
    assert nadia.open(address).status == 404
    fill(cohort)
    seats.wait(person=learner, cohort=cohort, at=NOW)
    assert nadia.open(address).status == 200
    cohort.open_to_all = True
    cohort.save()
    assert Visitor().open(address).status == 200


def test_a_track_offers_the_cohorts_that_can_be_joined_and_to_follow_alone(nadia, visitor, cohort, track, learner):
    assert "Ou avec d’autres" not in visitor.open("/parcours/jeunes/").headings
    cohort.open_to_all = True
    cohort.save()
    past = make_cohort(track, name="Printemps")
    past.open_to_all, past.closes_on = True, date(2026, 11, 22)
    past.save()
    make_cohort(track, name="Privée")
    page = nadia.open("/parcours/jeunes/")
    assert "Ou avec d’autres" in visitor.open("/parcours/jeunes/").headings
    assert "Suivre à mon rythme" in page.buttons
    assert [name in page.links for name in ("Automne", "Printemps", "Privée")] == [True, False, False]
    assert "1 place libre" in page.words
    nadia.press(nadia.open(page.links["Automne"]), "Rejoindre la cohorte")
    assert Enrolment.objects.get(person=learner).cohort == cohort
    assert "Ou avec d’autres" not in nadia.open("/parcours/jeunes/").headings
