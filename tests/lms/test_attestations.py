"""Lists of attestations: those of a cohort for who leads it, and one's own, for ever."""

import io
from zipfile import ZipFile

import pytest
from django.test import Client

from learners import certificates, documents, enrolment
from learners.models import Certificate, Letter
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person
from tests.lms.visiting import Visitor


@pytest.fixture
def lead(db):
    return make_person("samuel@example.org", first_name="Samuel", last_name="Arnaud")


@pytest.fixture
def cohort(track, lead):
    return make_cohort(track, lead=lead)


def finished(cohort, name):
    person = make_person(f"{name.lower()}@example.org", first_name=name, last_name="Durand")
    return finish(enrol(person, cohort.track, cohort=cohort)).certificate


def archive_of(lead, cohort):
    client = Client()
    client.force_login(lead)
    return b"".join(client.get(f"/cohortes/{cohort.pk}/attestations.zip"))


def test_who_leads_a_cohort_reads_what_became_of_each_attestation(cohort, lead, admin):
    ada, bob, cleo = (finished(cohort, name) for name in ("Ada", "Bob", "Cleo"))
    certificates.revoke(bob, by=admin, at=NOW, reason="Erreur")
    certificates.correct(cleo, holder="Cléo Durand", by=lead, at=NOW, reason="Accent")

    page = Visitor(lead).open(f"/cohortes/{cohort.pk}/attestations/")

    rows = [" ".join(row.get_text(" ").split()) for row in page.soup.select("tbody tr")]
    assert [row.split(" Attestation")[0] for row in rows] == ["Cléo Durand", "Cleo Durand", "Bob Durand", "Ada Durand"]
    states = ["En vigueur", "Remplacée", "Retirée", "En vigueur"]
    assert [state in row for state, row in zip(states, rows, strict=True)] == [True] * 4
    assert page.links["Ada Durand"] == f"/attestations/{ada.code}/"


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_asks_as_many_queries_for_one_person_as_for_three(cohort, lead, django_assert_num_queries, people):
    for name in ("Ada", "Bob", "Cleo")[:people]:
        finished(cohort, name)
    client = Client()
    client.force_login(lead)
    with django_assert_num_queries(6):
        client.get(f"/cohortes/{cohort.pk}/attestations/")


def test_the_archive_holds_each_document_in_force_byte_for_byte(cohort, lead, admin):
    ada, bob, cleo = (finished(cohort, name) for name in ("Ada", "Bob", "Cleo"))
    certificates.revoke(bob, by=admin, at=NOW, reason="Erreur")
    new = certificates.correct(cleo, holder="Cléo Durand", by=lead, at=NOW, reason="Accent")

    content = archive_of(lead, cohort)

    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"ada-durand-{ada.code}.pdf": documents.attestation_pdf(Certificate.objects.get(pk=ada.pk)),
            f"cleo-durand-{new.code}.pdf": documents.attestation_pdf(Certificate.objects.get(pk=new.pk)),
        }
    assert archive_of(lead, cohort) == content


def test_an_attestation_is_sent_again_by_one_more_letter(cohort, lead):
    ada = finished(cohort, "Ada")
    client = Client()
    client.force_login(lead)
    for _ in range(2):  # pressed twice
        client.post(f"/cohortes/{cohort.pk}/attestations/{ada.pk}/renvoyer/")
    keys = Letter.objects.filter(kind="certificate").order_by("pk").values_list("key", "address")
    assert list(keys) == [
        (f"certificate:{ada.pk}", "ada@example.org"),
        (f"certificate:{ada.pk}:202611231000", "ada@example.org"),
    ]


def test_a_learner_keeps_every_attestation_after_leaving_and_after_the_track_is_gone(nadia, learner, track, cohort):
    certificate = finish(enrol(learner, track, cohort=cohort)).certificate
    enrolment.withdraw(person=learner, track_pk=track.pk, at=NOW)
    track.unpublish()

    page = nadia.open("/mon-espace/attestations/")

    assert page.links["Jeunes"] == f"/attestations/{certificate.code}/"
    assert page.links["PDF de l’attestation Jeunes"] == f"/attestations/{certificate.code}.pdf"
    assert nadia.open(f"/attestations/{certificate.code}/").h1 == "Cette attestation est authentique"


def test_a_learner_reads_their_own_attestations_and_no_other(nadia, learner, track, cohort):
    finished(cohort, "Ada")
    page = nadia.open("/mon-espace/attestations/")
    assert "Aucune attestation pour le moment" in page.words
    assert nadia.open("/mon-espace/").links["Mes attestations"] == "/mon-espace/attestations/"
