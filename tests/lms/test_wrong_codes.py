"""Codes of attestations that nobody has: how many an address may try, and whom that never touches."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from learners.models import Certificate
from tests.factories.learners import enrol, finish
from tests.lms.visiting import Visitor


def wrong_codes(count):
    return [f"{number:04}".translate(str.maketrans("01", "ZY")) * 6 for number in range(count)]


@pytest.mark.parametrize("ending", ["/", ".pdf", ".json"])
def test_after_ten_codes_that_nobody_has_an_address_waits_ten_minutes(clock, site, ending):
    *codes, eleventh = wrong_codes(11)
    assert {Visitor().open(f"/attestations/{code}{ending}").status for code in codes} == {404}
    page = Visitor().open(f"/attestations/{eleventh}{ending}")
    assert (page.status, page.h1) == (429, "Trop de codes essayés")
    assert "Patientez dix minutes" in page.words
    assert page.links["Revenir à l’accueil"] == "/"
    clock.shift(timedelta(minutes=10, seconds=1))
    assert Visitor().open(f"/attestations/{eleventh}{ending}").status == 404


def test_a_true_attestation_opens_however_often_and_whatever_was_tried_from_there(learner, track):
    finish(enrol(learner, track))
    addresses = [f"/attestations/{Certificate.objects.get().code}{ending}" for ending in ("/", ".json")]
    assert {Visitor().open(address).status for address in addresses * 12} == {200}
    first, *others = wrong_codes(12)
    assert Visitor().open(f"/attestations/{first}/").status == 404
    tried = [Visitor().open(f"/attestations/{code}/").status for code in others]
    assert tried[-1] == 429
    assert {Visitor().open(address).status for address in addresses} == {200}


def test_wrong_codes_of_attestations_and_of_invitations_are_counted_apart(site):
    for code in wrong_codes(11):
        Visitor().open(f"/attestations/{code}/")
    assert Visitor().open("/cohortes/rejoindre/AAAAABBBBB/").status == 404


def test_a_limit_holds_while_many_others_are_counted(site):
    *codes, eleventh = wrong_codes(11)
    for code in codes:
        Visitor().open(f"/attestations/{code}/")
    cache.set_many({f"other:{number}": 1 for number in range(400)})
    assert Visitor().open(f"/attestations/{eleventh}/").status == 429
