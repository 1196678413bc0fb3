"""Badges, verified by the library's verifier; another one, of other hands, is in tests/judges."""

import json

import pytest
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.did import resolve_did
from openbadgeslib.ob3.ldp import verify_data_integrity_proof
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from learners import badges, certificates
from learners.models import Certificate
from tests.factories import learners
from tests.factories.learners import NOW, enrol


@pytest.fixture
def certificate(learner, track):
    return learners.finish(enrol(learner, track)).certificate


@pytest.fixture
def admin(db):
    return learners.make_person("louise@example.org", is_staff=True)


def verified(document):
    """The document, as whoever trusts its issuer reads it."""
    key = resolve_did(document["issuer"]["id"] if isinstance(document["issuer"], dict) else document["issuer"])
    verify_data_integrity_proof(document, key)
    return document


def test_a_badge_says_what_the_page_says_under_a_signature_that_anybody_verifies(certificate):
    document = verified(badges.credential(certificate))
    subject = document["credentialSubject"]
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert document["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert document["validFrom"] == "2026-11-23T09:00:00Z"
    assert [one["identityHash"] for one in subject["identifier"]] == ["Nadia Benali"]
    assert subject["achievement"]["name"] == "Jeunes"
    assert subject["achievement"]["description"] == "écouter un besoin\nréunir des partenaires"


def test_a_badge_never_holds_the_address_of_its_holder(certificate):
    assert "nadia@example.org" not in json.dumps(badges.credential(certificate))


@pytest.mark.parametrize("word", ["Nadia Benali", "Jeunes", "2026-11-23T09:00:00Z"])
def test_one_altered_word_breaks_the_signature(certificate, word):
    altered = json.loads(json.dumps(badges.credential(certificate)).replace(word, "2026-11-24T09:00:00Z", 1))
    with pytest.raises(LibOpenBadgesException):
        verified(altered)


def test_the_same_facts_give_the_same_badge(certificate):
    assert badges.credential(certificate) == badges.credential(Certificate.objects.get())


def test_the_list_tells_what_was_revoked_or_replaced_and_names_nobody(
    certificate, admin, track, django_assert_num_queries
):
    others = [learners.finish(enrol(learners.make_person(f"{n}@example.org"), track)).certificate for n in range(2)]
    certificates.revoke(certificate, by=admin, at=NOW, reason="Erreur de personne")
    certificates.correct(others[0], holder="Autre Nom", by=admin, at=NOW, reason="Faute")
    with django_assert_num_queries(1):
        document = badges.status_list(0, now=NOW)
    verified(document)
    subject = document["credentialSubject"]
    assert set(set_indices(decode_encoded_list(subject["encodedList"]))) == {certificate.pk, others[0].pk}
    assert set(subject) == {"id", "type", "statusPurpose", "encodedList"}
    assert document["validUntil"] > document["validFrom"]


def test_a_badge_points_to_its_place_in_the_list(certificate, settings):
    settings.SITE_URL = "https://alliance.example"
    status = badges.credential(certificate)["credentialStatus"]
    assert (status["statusListCredential"], status["statusListIndex"], status["statusPurpose"]) == (
        "https://alliance.example/attestations/statuts/0.json",
        str(certificate.pk),
        "revocation",
    )
