import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction

from courses.loading import lines
from courses.models import StepPage
from learners import certificates
from learners.errors import FrozenAttestation, NotToCorrect
from learners.models import Certificate, Enrolment, Letter
from learners.models.certificate import ALPHABET, new_code
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol

LATER = NOW + timedelta(days=30)


@pytest.fixture
def certificate(enrolment):
    return learners.finish(enrolment).certificate


@pytest.fixture
def admin(db):
    return learners.make_person("louise@example.org", first_name="Louise", last_name="Ferrand", is_staff=True)


# ------------------------------------------------------------ facts


def test_an_attestation_states_the_facts_of_the_day(learner, track):
    with time_machine.travel(datetime(2026, 11, 2, 23, 30, tzinfo=UTC), tick=False):
        courses.publish(track)
    row = enrol(learner, track, cohort=learners.make_cohort(track))
    Enrolment.objects.filter(pk=row.pk).update(organisation="Les Ateliers du Port")
    learners.finish(row, at=LATER)
    assert Certificate.objects.values().get() == {
        "id": row.certificate.pk,
        "enrolment_id": row.pk,
        "current_for_id": row.pk,
        "module_id": None,
        "current_module_id": None,
        "module_title": "",
        "replaces_id": None,
        "corrected_by_id": None,
        "corrected_reason": "",
        "code": row.certificate.code,
        "issued_at": LATER,
        "holder": "Nadia Benali",
        "track_title": "Jeunes",
        "version": f"2026-11-02 · {track.live_revision_id}",
        "cohort_name": "Automne",
        "organisation": "Les Ateliers du Port",
        "award": "reussite",
        "award_label": "Attestation de réussite du parcours",
        "hours": Decimal("6.0"),
        "abilities": "écouter un besoin\nréunir des partenaires",
        "revoked_at": None,
        "revoked_by_id": None,
        "revoked_reason": "",
    }
    assert row.certificate.ability_list == ["écouter un besoin", "réunir des partenaires"]


def test_an_attestation_outside_of_a_cohort_names_none(certificate):
    assert certificate.cohort_name == ""


def test_somebody_without_a_name_is_attested_by_their_address(track):
    row = enrol(learners.make_person("anonyme@example.org", first_name="", last_name=""), track)
    assert learners.finish(row).certificate.holder == "anonyme@example.org"


def test_what_changes_later_changes_no_attestation(learner, track):
    row = learners.finish(enrol(learner, track, cohort=learners.make_cohort(track)))
    before = Certificate.objects.values().get()
    learner.first_name, learner.last_name, learner.email = "Nadège", "Martin", "nadege@example.org"
    learner.save()
    Enrolment.objects.filter(pk=row.pk).update(organisation="Une autre maison")
    row.cohort.name = "Printemps"
    row.cohort.save()
    track.title, track.hours, track.award = "Jeunesse", 2, "suivi"
    track.abilities = lines("ability", ["tout autre chose"], "x")
    courses.publish(track)
    for step in StepPage.objects.descendant_of(track):
        step.unpublish()
    assert Certificate.objects.values().get() == before


def test_issuing_again_gives_the_attestation_that_exists(enrolment, certificate):
    before = Certificate.objects.values().get()
    assert certificates.issue(enrolment, at=LATER).pk == certificate.pk
    assert Certificate.objects.values().get() == before
    assert Letter.objects.filter(kind="certificate").count() == 1


# ------------------------------------------------------------ the code


def test_a_code_holds_120_random_bits_without_look_alikes():
    code = new_code()
    assert len(set(ALPHABET)) ** len(code) == 2**120
    assert set("01IO") & set(ALPHABET) == set()
    assert ALPHABET.upper() == ALPHABET


def test_codes_use_the_whole_alphabet_at_every_place_and_never_come_twice():
    codes = [new_code() for _ in range(2000)]
    assert len(set(codes)) == 2000
    # 2,000 draws among 32: a character missing at one place has a chance of 10⁻²⁶.
    assert [set(place) for place in zip(*codes, strict=True)] == [set(ALPHABET)] * 24
    # Each of the 32 characters comes 1,500 times, give or take ten standard deviations.
    assert [character for character, times in Counter("".join(codes)).items() if abs(times - 1500) > 390] == []


def test_a_code_is_printed_in_groups_of_four(certificate):
    assert re.fullmatch(rf"([{ALPHABET}]{{4}}-){{5}}[{ALPHABET}]{{4}}", certificate.printed_code)
    assert certificate.printed_code.replace("-", "") == certificate.code


def test_the_public_address_holds_the_code(certificate):
    assert certificate.get_absolute_url() == f"/attestations/{certificate.code}/"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(lambda one: one.code, id="as stored"),
        pytest.param(lambda one: one.printed_code, id="as printed"),
        pytest.param(lambda one: one.code.lower(), id="in small letters"),
        pytest.param(lambda one: f"  {one.printed_code.replace('-', ' ')} ", id="with spaces"),
        pytest.param(lambda one: one.printed_code.replace("-", " – ").lower(), id="with long dashes"),
        pytest.param(lambda one: f"{one.code}\u200b\x00\n", id="with invisible characters"),
    ],
)
def test_an_attestation_is_found_by_its_code_as_people_type_it(certificate, typed):
    assert certificates.find(typed(certificate)) == certificate


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(lambda one: one.code[:-1], id="too short"),
        pytest.param(lambda one: one.code + "A", id="too long"),
        pytest.param(lambda one: one.code[::-1], id="backwards"),
        pytest.param(lambda one: one.code[:-1] + ("A" if one.code[-1] != "A" else "B"), id="one letter off"),
        pytest.param(lambda one: "", id="empty"),
        pytest.param(lambda one: "-- %_", id="signs"),
        pytest.param(lambda one: str(one.pk), id="the number of the row"),
    ],
)
def test_nothing_is_found_by_another_code(certificate, typed):
    assert certificates.find(typed(certificate)) is None


# ------------------------------------------------------------ revocation


def test_a_revoked_attestation_keeps_its_row_with_author_date_and_reason(certificate, admin):
    before = Certificate.objects.values().get()
    certificates.revoke(certificate, by=admin, at=LATER, reason="Erreur de personne")
    revocation = {"revoked_at": LATER, "revoked_by_id": admin.pk, "revoked_reason": "Erreur de personne"}
    assert Certificate.objects.values().get() == before | revocation
    assert certificates.find(certificate.code).revoked_at == LATER


def test_revoking_twice_keeps_the_first_author_date_and_reason(certificate, admin):
    certificates.revoke(certificate, by=admin, at=NOW, reason="Erreur de personne")
    before = Certificate.objects.values().get()
    other = learners.make_person("tom@example.org")
    again = certificates.revoke(certificate, by=other, at=LATER, reason="Autre motif")
    assert Certificate.objects.values().get() == before
    assert (again.revoked_by_id, again.revoked_at, again.revoked_reason) == (admin.pk, NOW, "Erreur de personne")


def test_revoking_one_attestation_leaves_the_others_valid(certificate, admin, track):
    other = learners.finish(enrol(learners.make_person("tom@example.org"), track)).certificate
    certificates.revoke(certificate, by=admin, at=LATER, reason="Erreur de personne")
    assert list(Certificate.objects.filter(revoked_at=None)) == [other]


def test_an_attestation_is_not_revoked_without_a_reason(certificate, admin):
    before = Certificate.objects.values().get()
    with pytest.raises(IntegrityError), transaction.atomic():
        certificates.revoke(certificate, by=admin, at=LATER, reason="")
    assert Certificate.objects.values().get() == before


def test_catching_up_does_not_replace_a_revoked_attestation(certificate, admin, enrolment):
    certificates.revoke(certificate, by=admin, at=LATER, reason="Erreur de personne")
    assert certificates.issue(enrolment, at=LATER).pk == certificate.pk
    assert Certificate.objects.values_list("pk", "revoked_at").get() == (certificate.pk, LATER)


# ------------------------------------------------------------ correction


def corrected(certificate, by, *, holder="Nadia Ben Ali", at=LATER, reason="Demande de la personne"):
    return certificates.correct(certificate, holder=holder, by=by, at=at, reason=reason)


def test_a_correction_issues_the_same_facts_with_the_right_name_and_links_both(certificate, admin):
    before = Certificate.objects.values().get(pk=certificate.pk)
    after = corrected(certificate, admin)
    new = Certificate.objects.values().get(pk=after.pk)
    assert new == before | {
        "id": after.pk,
        "code": after.code,
        "issued_at": LATER,
        "holder": "Nadia Ben Ali",
        "replaces_id": certificate.pk,
        "corrected_by_id": admin.pk,
        "corrected_reason": "Demande de la personne",
    }
    assert after.code != certificate.code
    assert Certificate.objects.values().get(pk=certificate.pk) == before | {"current_for_id": None}


def test_the_holder_receives_the_new_attestation(certificate, admin):
    after = corrected(certificate, admin)
    letter = Letter.objects.get(key=f"certificate:{after.pk}")
    assert (letter.kind, letter.person, letter.enrolment) == (
        "certificate",
        certificate.enrolment.person,
        certificate.enrolment,
    )


def test_correcting_twice_with_the_same_name_gives_the_same_attestation(certificate, admin):
    assert corrected(certificate, admin) == corrected(certificate, admin)
    assert Certificate.objects.count() == 2


def test_correcting_with_the_name_that_it_bears_changes_nothing(certificate, admin):
    assert corrected(certificate, admin, holder="Nadia Benali") == certificate
    assert Certificate.objects.count() == 1


def test_what_was_replaced_is_not_replaced_by_another_name_but_its_replacement_is(certificate, admin):
    second = corrected(certificate, admin)
    with pytest.raises(NotToCorrect):
        corrected(certificate, admin, holder="Une Autre")
    third = corrected(second, admin, holder="Nadia Ben-Ali")
    assert [one.replaces_id for one in (second, third)] == [certificate.pk, second.pk]
    assert certificate.enrolment.certificates.get(current_for__isnull=False) == third


def test_a_revoked_attestation_is_not_corrected(certificate, admin):
    certificates.revoke(certificate, by=admin, at=LATER, reason="Erreur de personne")
    with pytest.raises(NotToCorrect):
        corrected(certificate, admin)
    assert Certificate.objects.count() == 1


def test_an_attestation_that_was_replaced_is_not_revoked(certificate, admin):
    after = corrected(certificate, admin)
    certificates.revoke(certificate, by=admin, at=LATER, reason="Erreur de personne")
    assert [one.revoked_at for one in Certificate.objects.order_by("pk")] == [None, None]
    certificates.revoke(after, by=admin, at=LATER, reason="Erreur de personne")
    assert Certificate.objects.get(pk=after.pk).revoked_at == LATER


def test_catching_up_finds_the_attestation_in_force(certificate, admin, enrolment):
    after = corrected(certificate, admin)
    assert certificates.issue(enrolment, at=LATER) == after


def test_somebody_who_withdrew_keeps_their_attestation_and_its_corrections(certificate, admin):
    Enrolment.objects.update(withdrawn_at=NOW)
    assert corrected(certificate, admin).holder == "Nadia Ben Ali"


@pytest.mark.parametrize("fact", ["holder", "hours", "issued_at", "code", "track_title", "enrolment", "replaces"])
def test_nothing_else_can_alter_an_attestation(certificate, fact):
    before = Certificate.objects.values().get()
    with pytest.raises(FrozenAttestation):
        Certificate.objects.update(**{fact: "autre"})
    certificate.holder = "Autre"
    with pytest.raises(FrozenAttestation):
        certificate.save()
    with pytest.raises(FrozenAttestation):
        certificate.save(update_fields=[fact])
    assert Certificate.objects.values().get() == before


def test_an_attestation_cannot_be_deleted(certificate):
    for delete in (certificate.delete, Certificate.objects.all().delete):
        with pytest.raises(FrozenAttestation):
            delete()
    assert Certificate.objects.count() == 1


def test_sending_again_writes_one_more_letter_a_minute_at_most(certificate, admin):
    for minute in (0, 0, 1):
        certificates.send_again(certificate, at=LATER + timedelta(minutes=minute))
    assert Letter.objects.filter(kind="certificate").count() == 3
    corrected(certificate, admin)
    with pytest.raises(NotToCorrect):
        certificates.send_again(Certificate.objects.get(pk=certificate.pk), at=LATER)
