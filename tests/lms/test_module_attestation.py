"""The attestation of one module on its page: offered to who did all of it, asked for by one press, then linked."""

import io
from zipfile import ZipFile

import pytest
from django.test import Client

from learners import certificates
from learners.models import Certificate, Letter
from tests.factories.courses import make_track, take_alone
from tests.factories.learners import NOW, enrol, finish, make_cohort, make_person
from tests.lms.visiting import Visitor

PAGE = "/parcours/jeunes/module-1/"
ASK = "Recevoir l’attestation de ce module"
SEE = "Voir l’attestation de ce module"
OFFER = "Ce module a aussi sa propre attestation de suivi"


@pytest.fixture
def module(track):
    return take_alone(track)


def test_a_module_that_is_taken_alone_says_so_to_everybody_and_offers_nothing_yet(visitor, nadia, module, enrolment):
    for page in (visitor.open(PAGE), nadia.open(PAGE)):
        assert (OFFER in page.words, ASK in page.buttons) == (True, False)


def test_a_module_that_is_not_taken_alone_says_and_offers_nothing(nadia, track, enrolment):
    finish(enrolment, steps=3)
    page = nadia.open(PAGE)
    assert (OFFER in page.words, "Attestation de ce module" in page.headings, page.buttons) == (False, False, [])


def test_who_did_all_of_a_module_receives_its_attestation_by_one_press(nadia, module, enrolment):
    finish(enrolment, steps=3)

    page = nadia.press(nadia.open(PAGE), ASK)

    code = Certificate.objects.get().code
    assert page.said == ["L’attestation de ce module est prête. Elle part aussi par e-mail."]
    assert (page.links[SEE], page.buttons) == (f"/attestations/{code}/", [])
    assert nadia.open(PAGE).links[SEE] == f"/attestations/{code}/"


def test_a_press_from_a_page_that_was_left_open_gives_the_same_attestation(nadia, module, enrolment):
    finish(enrolment, steps=3)
    stale = nadia.open(PAGE)
    pages = [nadia.press(stale, ASK) for _ in range(2)]
    assert [page.status for page in pages] == [200, 200]
    assert (Certificate.objects.count(), Letter.objects.filter(kind="certificate").count()) == (1, 1)


def test_a_press_after_the_track_was_finished_is_refused_in_words(nadia, module, enrolment):
    finish(enrolment, steps=3)
    stale = nadia.open(PAGE)
    finish(enrolment)

    page = nadia.press(stale, ASK)

    assert (page.status, "n’a pas d’attestation à part" in page.words) == (409, True)
    assert page.links["Continuer"] == PAGE
    assert Certificate.objects.get().module is None


def test_who_finished_the_track_is_led_to_its_attestation_and_offered_no_other(nadia, module, enrolment):
    finish(enrolment)
    page = nadia.open(PAGE)
    assert "Voir mon attestation" in page.links
    assert (OFFER in page.words, page.buttons) == (False, [])


def test_an_attestation_that_was_issued_is_linked_whatever_becomes_of_the_module(nadia, module, enrolment):
    finish(enrolment, steps=3)
    certificate = certificates.issue_for_module(enrolment_pk=enrolment.pk, module_pk=module.pk, at=NOW)
    module.taken_alone = False
    module.save_revision().publish()
    assert nadia.open(PAGE).links[SEE] == certificate.get_absolute_url()


@pytest.mark.parametrize(("informal", "said"), [(True, "Tu suis ce module"), (False, "Vous suivez ce module")])
def test_the_offer_speaks_as_the_track_does(nadia, empty, learner, informal, said):
    track = make_track(empty, informal=informal)
    take_alone(track)
    finish(enrol(learner, track), steps=3)
    page = nadia.open(PAGE)
    other = "Vous suivez" if informal else "Tu suis"
    assert (said in page.words, other in page.words) == (True, False)
    after = nadia.press(page, ASK)
    assert f"Elle reste aussi dans {'ton' if informal else 'votre'} espace" in after.words


@pytest.fixture
def attested(learner, track, module):
    """The attestation of a module, in a cohort."""
    row = finish(enrol(learner, track, cohort=make_cohort(track, lead=make_person("samuel@example.org"))), steps=3)
    return certificates.issue_for_module(enrolment_pk=row.pk, module_pk=module.pk, at=NOW)


def test_the_public_page_says_which_module_of_which_track(visitor, attested):
    page = visitor.open(attested.get_absolute_url())
    assert page.h1 == "Cette attestation est authentique"
    assert "Module Module 1 Parcours Jeunes Durée 35 min" in page.words
    assert "Elle dit qu’une personne a suivi un module de ce parcours." in page.words
    assert "La personne sait" not in page.words


def test_a_learner_finds_it_among_their_attestations(nadia, attested):
    page = nadia.open("/mon-espace/attestations/")
    assert page.links["Module « Module 1 » du parcours « Jeunes »"] == attested.get_absolute_url()
    assert "Parcours terminés" not in nadia.open("/mon-espace/").headings


def test_who_leads_the_cohort_reads_sends_corrects_and_downloads_it(attested):
    lead = Visitor(attested.enrolment.cohort.leads.get().person)
    address = attested.enrolment.cohort.get_absolute_url()
    page = lead.open(f"{address}attestations/")
    assert "Attestation de suivi : module « Module 1 »" in page.words
    assert lead.press(page, "Renvoyer son attestation à Nadia Benali, module Module 1").status == 200
    assert Letter.objects.filter(kind="certificate").count() == 2

    sheet = lead.open(f"{address}personnes/{attested.enrolment_id}/")
    assert sheet.links["Module 1"] == attested.get_absolute_url()
    assert "Parcours terminé" not in sheet.words

    fields = {"holder": "Nadia Ben Ali", "reason": "Demande"}
    correction = lead.open(page.links["Corriger le nom de Nadia Benali, module Module 1"])
    assert "Module « Module 1 » du parcours « Jeunes »" in correction.words
    lead.press(correction, "Remplacer l’attestation", fields)

    new = Certificate.objects.get(holder="Nadia Ben Ali")
    client = Client()
    client.force_login(lead.person)
    content = b"".join(client.get(f"{address.rstrip('/')}/attestations.zip"))
    assert ZipFile(io.BytesIO(content)).namelist() == [f"nadia-ben-ali-{new.code}.pdf"]


@pytest.mark.parametrize("number", [1, 3])
def test_one_s_attestations_cost_as_much_with_one_module_as_with_three(
    client, learner, empty, django_assert_num_queries, number
):
    track = make_track(empty, modules=((1, False),) * 4)
    row = finish(enrol(learner, track), steps=3)
    for place in range(1, number + 1):
        module = take_alone(track, number=place)
        certificates.issue_for_module(enrolment_pk=row.pk, module_pk=module.pk, at=NOW)
    client.force_login(learner)
    with django_assert_num_queries(3):
        assert client.get("/mon-espace/attestations/").text.count("du parcours") >= number


def test_the_page_of_a_module_costs_a_learner_five_queries_with_its_attestation_too(
    client, learner, module, enrolment, django_assert_num_queries
):
    client.force_login(learner)
    finish(enrolment, steps=3)
    with django_assert_num_queries(5):
        client.get(PAGE)
    certificates.issue_for_module(enrolment_pk=enrolment.pk, module_pk=module.pk, at=NOW)
    with django_assert_num_queries(5):
        client.get(PAGE)
