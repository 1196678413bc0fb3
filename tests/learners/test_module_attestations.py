"""The attestation of one module, for who takes it alone: on request, once, and never taken for that of the track."""

import io
import json
import re
from datetime import timedelta
from decimal import Decimal

import pypdf
import pytest
from django.db.models import ProtectedError
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from courses.loading import lines
from courses.models import ModulePage, StepPage
from courses.typography import heures
from learners import badges, certificates, checking, delivery, documents, enrolment, progress, reporting, sheet
from learners.errors import FrozenAttestation, NotEnrolled, NotToAttest, NotToCorrect
from learners.models import Certificate, Enrolment, Letter
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol

LATER = NOW + timedelta(days=30)


@pytest.fixture
def module(track):
    return courses.take_alone(track, abilities=lines("ability", ["préparer une alliance"], "x"))


@pytest.fixture
def admin(db):
    return learners.make_person("louise@example.org", first_name="Louise", last_name="Ferrand", is_staff=True)


@pytest.fixture
def halfway(learner, track, module):
    """The learner has done the first module, in a cohort, and not the second one."""
    row = learners.finish(enrol(learner, track, cohort=learners.make_cohort(track)), steps=3)
    Enrolment.objects.filter(pk=row.pk).update(organisation="Les Ateliers du Port")
    return row


def ask(row, module, *, at=LATER):
    return certificates.issue_for_module(enrolment_pk=row.pk, module_pk=module.pk, at=at)


@pytest.fixture
def certificate(halfway, module):
    return ask(halfway, module)


# ------------------------------------------------------------ facts


def test_it_states_the_facts_of_the_day_about_the_module(halfway, module, certificate):
    assert Certificate.objects.values().get() == {
        "id": certificate.pk,
        "enrolment_id": halfway.pk,
        "current_for_id": None,
        "module_id": module.pk,
        "current_module_id": module.pk,
        "code": certificate.code,
        "issued_at": LATER,
        "holder": "Nadia Benali",
        "track_title": "Jeunes",
        "module_title": "Module 1",
        "version": certificates.version_of(module),
        "cohort_name": "Automne",
        "organisation": "Les Ateliers du Port",
        "award": "suivi",
        "award_label": "Attestation de suivi",
        "hours": Decimal("0.58"),  # 35 minutes
        "abilities": "préparer une alliance",
        "replaces_id": None,
        "corrected_by_id": None,
        "corrected_reason": "",
        "revoked_at": None,
        "revoked_by_id": None,
        "revoked_reason": "",
    }
    assert certificate.followed == "Module « Module 1 » du parcours « Jeunes »"


def test_a_module_without_abilities_attests_none(halfway, track):
    assert ask(halfway, courses.take_alone(track, abilities=[])).abilities == ""


@pytest.mark.parametrize(
    ("minutes", "printed"), [(4, "4 min"), (69, "1 h 09"), (77, "1 h 17"), (119, "1 h 59"), (600, "10 h")]
)
def test_the_minutes_that_authors_declare_are_printed_as_they_are(halfway, module, minutes, printed):
    first, *others = module.get_children().specific()
    for step, declared in ((first, minutes - len(others)), *((one, 1) for one in others)):
        step.minutes = declared
        courses.publish(step)
    row = Certificate.objects.get(pk=ask(halfway, module).pk)
    assert heures(row.hours).replace("\u00a0", " ") == printed


def test_what_becomes_of_the_module_changes_nothing_of_what_was_issued(certificate, module):
    before = Certificate.objects.values().get()
    module.title, module.taken_alone = "Autre titre", False
    module.abilities = lines("ability", ["tout autre chose"], "x")
    courses.publish(module)
    module.unpublish()
    assert Certificate.objects.values().get() == before
    assert certificates.find(certificate.code).is_valid


def test_a_module_that_somebody_s_attestation_names_is_not_deleted(certificate, module):
    other = courses.make_module(module.get_parent(), number=9)
    for step in module.get_children():
        step.move(other, pos="last-child")
    with pytest.raises(ProtectedError):
        ModulePage.objects.get(pk=module.pk).delete()


# ------------------------------------------------------------ who may ask


def test_nothing_is_issued_without_being_asked_for(halfway):
    assert (Certificate.objects.count(), Letter.objects.filter(kind="certificate").count()) == (0, 0)


def test_asking_again_gives_the_attestation_that_exists_and_no_second_letter(halfway, module, certificate):
    assert ask(halfway, module, at=LATER + timedelta(days=1)) == certificate
    assert Certificate.objects.values_list("pk", "issued_at").get() == (certificate.pk, LATER)
    assert Letter.objects.filter(kind="certificate").count() == 1


def test_a_module_of_which_something_is_left_is_not_attested(learner, track, module):
    row = learners.finish(enrol(learner, track), steps=2)
    with pytest.raises(NotToAttest):
        ask(row, module)


def test_an_optional_step_need_not_be_done(halfway, module):
    courses.make_lesson(module, title="Facultative", required=False)
    assert ask(halfway, module).module == module


def test_a_module_where_nothing_is_required_is_attested_when_all_of_it_is_done(learner, track):
    module = courses.take_alone(track, required=False)
    row = learners.finish(enrol(learner, track), steps=2)
    with pytest.raises(NotToAttest):
        ask(row, module)
    learners.finish(row, steps=3)
    assert ask(row, module).hours == Decimal("0.58")


def test_a_module_without_any_step_is_not_attested(halfway, track):
    courses.make_module(track, number=3)
    with pytest.raises(NotToAttest):
        ask(halfway, courses.take_alone(track, number=3))


def test_a_module_that_its_author_does_not_offer_alone_is_not_attested(halfway, track):
    with pytest.raises(NotToAttest):
        ask(halfway, courses.take_alone(track, taken_alone=False))


def test_a_module_of_another_track_is_not_attested(halfway, site):
    other = courses.make_track(site, slug="decideurs", modules=((1, False),))
    with pytest.raises(NotToAttest):
        ask(halfway, courses.take_alone(other))


def test_who_left_the_track_does_not_ask(halfway, module, track):
    enrolment.withdraw(person=halfway.person, track_pk=track.pk, at=NOW)
    with pytest.raises(NotEnrolled):
        ask(halfway, module)


def test_who_finished_the_track_has_its_attestation_and_asks_for_none_of_a_module(halfway, module):
    learners.finish(halfway)
    with pytest.raises(NotToAttest):
        ask(halfway, module)


def test_an_attestation_of_a_module_stays_beside_that_of_the_track(halfway, module, certificate):
    learners.finish(halfway, at=LATER)
    assert [(one.module, one.is_valid) for one in Certificate.objects.order_by("pk")] == [(module, True), (None, True)]
    assert halfway.certificate.module is None
    assert ask(halfway, module) == certificate


# ------------------------------------------------------------ what counts


def test_it_counts_nowhere_as_a_finished_track(halfway, certificate, outline):
    (row,) = reporting.rows_of(outline, Enrolment.objects.all(), now=LATER)
    assert (row.finished_at, row.certificate_code, row.certified_at) == (None, None, None)
    assert sheet.sheet_of(halfway.cohort, halfway.pk, now=LATER).certificate_code is None
    assert checking.compare(now=LATER).agrees


def test_catching_up_still_finds_who_finished_without_the_attestation_of_the_track(halfway, certificate, outline):
    StepPage.objects.get(pk=outline.steps[-1].pk).unpublish()
    assert progress.catch_up(at=LATER) == 1
    assert Enrolment.objects.get().certificate.module is None


# ------------------------------------------------------------ revoked, replaced


def test_a_revoked_one_is_not_issued_again(halfway, module, certificate, admin):
    certificates.revoke(certificate, by=admin, at=LATER, reason="Erreur de personne")
    again = ask(halfway, module)
    assert (again.pk, again.revoked_at, again.is_replaced) == (certificate.pk, LATER, False)


def test_a_correction_issues_the_same_facts_with_the_right_name_and_takes_its_place(
    halfway, module, certificate, admin
):
    before = Certificate.objects.values().get()
    after = certificates.correct(certificate, holder="Nadia Ben Ali", by=admin, at=LATER, reason="Demande")
    new = Certificate.objects.values().get(pk=after.pk)
    assert new == before | {
        "id": after.pk,
        "code": after.code,
        "holder": "Nadia Ben Ali",
        "replaces_id": certificate.pk,
        "corrected_by_id": admin.pk,
        "corrected_reason": "Demande",
    }
    old = Certificate.objects.get(pk=certificate.pk)
    assert (old.is_replaced, after.is_valid, ask(halfway, module)) == (True, True, after)
    assert certificates.revoke(old, by=admin, at=LATER, reason="Erreur").revoked_at is None
    with pytest.raises(NotToCorrect):
        certificates.send_again(old, at=LATER)


@pytest.mark.parametrize("fact", ["module", "module_title", "hours", "version"])
def test_nothing_else_can_alter_it(certificate, fact):
    with pytest.raises(FrozenAttestation):
        Certificate.objects.update(**{fact: None})


# ------------------------------------------------------------ the letter


def sent(letter, postbox):
    assert delivery.send(letter.pk, now=LATER) == "sent"
    message = postbox.received[-1]
    (attached,) = message.iter_attachments()
    (page,) = pypdf.PdfReader(io.BytesIO(attached.get_content())).pages
    body = message.get_body(("plain",)).get_content()
    return " ".join(body.split()), " ".join(page.extract_text().split())


def letter_of(certificate):
    return Letter.objects.get(key=f"certificate:{certificate.pk}")


def test_the_letter_names_the_module_and_brings_its_document(certificate, postbox):
    body, document = sent(letter_of(certificate), postbox)
    assert "terminé le module « Module 1 » du parcours « Jeunes »" in body
    assert certificate.printed_code in body
    assert "Module « Module 1 » du parcours « Jeunes »" in document
    assert certificate.printed_code in document


def test_each_letter_brings_the_attestation_that_it_is_about(halfway, certificate, postbox):
    learners.finish(halfway, at=LATER)
    whole, part = (sent(letter_of(one), postbox)[1] for one in (halfway.certificate, certificate))
    assert [halfway.certificate.printed_code in whole, certificate.printed_code in part] == [True, True]
    assert "Module" not in whole


def test_after_a_correction_the_letter_of_the_new_one_leaves_and_that_of_the_old_one_does_not(
    certificate, admin, postbox
):
    after = certificates.correct(certificate, holder="Nadia Ben Ali", by=admin, at=LATER, reason="Demande")
    assert delivery.send(letter_of(certificate).pk, now=LATER) == "dropped"
    assert letter_of(certificate).dropped_reason == "l’attestation a été remplacée"
    _, document = sent(letter_of(after), postbox)
    assert ("Nadia Ben Ali" in document, after.printed_code in document, len(postbox.received)) == (True, True, 1)


def test_revoking_one_of_a_module_does_not_stop_the_letter_of_the_track(halfway, certificate, admin, postbox):
    learners.finish(halfway, at=LATER)
    certificates.revoke(certificate, by=admin, at=LATER, reason="Erreur de personne")
    assert delivery.send(letter_of(certificate).pk, now=LATER) == "dropped"
    assert halfway.certificate.printed_code in sent(letter_of(halfway.certificate), postbox)[1]


# ------------------------------------------------------------ document and badge


def test_the_document_says_which_module_for_how_long_and_claims_nothing_more(certificate):
    (page,) = pypdf.PdfReader(io.BytesIO(documents.drawn(certificate))).pages
    text = " ".join(page.extract_text().split())
    assert (
        "Attestation de suivi délivrée à Nadia Benali pour avoir suivi "
        "Module « Module 1 » du parcours « Jeunes » Capacités travaillées – préparer une alliance Durée 35 min"
    ) in text
    assert "Ce document rend compte d’un module suivi sur la plateforme." in text
    assert "certifi" not in text.lower()
    assert re.findall(r"\bdipl\w+|\btitres?\b", text) == ["diplôme"]


def test_its_badge_is_about_the_module_and_not_that_of_the_track(halfway, certificate):
    learners.finish(halfway, at=LATER)
    part, whole = (
        badges.credential(one)["credentialSubject"]["achievement"] for one in (certificate, halfway.certificate)
    )
    assert (part["name"], whole["name"]) == ("Module « Module 1 » du parcours « Jeunes »", "Jeunes")
    assert part["id"] != whole["id"]
    assert part["criteria"]["narrative"].startswith("Avoir suivi le module (35")
    assert "certifi" not in json.dumps(part).lower()


def test_the_list_of_badges_tells_a_module_in_force_from_one_that_was_replaced(certificate, admin):
    def gone():
        subject = badges.status_list(0, now=LATER)["credentialSubject"]
        return set(set_indices(decode_encoded_list(subject["encodedList"])))

    assert gone() == set()
    certificates.correct(certificate, holder="Nadia Ben Ali", by=admin, at=LATER, reason="Demande")
    assert gone() == {certificate.pk}
