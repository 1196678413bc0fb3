"""Looking at a letter before it leaves writes nothing; sending it to oneself writes one letter, marked."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail

from learners import delivery, messages, previews, reviews, seats, subscriptions
from learners.models import Cohort, CohortSession, Letter, ReminderRule, User
from learners.samples import SAMPLES
from tests.factories import learners
from tests.factories.courses import make_lesson, make_track
from tests.factories.learners import NOW, enrol
from tests.factories.reviews import answered, levels_of, make_open_track

DAY = timedelta(days=1)


@pytest.fixture
def louise(db):
    return User.objects.create_superuser("louise@example.org", None, first_name="Louise", last_name="Ferrand")


def counts():
    """How many rows each table of learners has."""
    return {model.__name__: model.objects.count() for model in apps.get_app_config("learners").get_models()}


def first(key, *, now=NOW, **among):
    return SAMPLES[key].found(now=now, **among).first()


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_every_kind_of_letter_and_every_kind_of_rule_has_a_sample():
    kinds = {key.partition("-")[0] for key in SAMPLES} | {"review"}
    assert set(Letter.Kind.values) - {"trial"} <= kinds
    rules = {key.removeprefix("reminder-") for key in SAMPLES if key.startswith("reminder-")}
    assert rules == set(ReminderRule.Kind.values) - {"reviews"}


def test_without_anybody_no_letter_has_a_reader(site):
    assert [key for key in SAMPLES if first(key)] == []


@pytest.fixture
def world(track, learner):
    """A cohort in which somebody learns, somebody waits and somebody has finished."""
    lead = learners.make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")
    cohort = learners.make_cohort(track, lead=lead)
    Cohort.objects.filter(pk=cohort.pk).update(closes_on=(NOW + 30 * DAY).date(), seats=4)
    cohort.refresh_from_db()
    session = make_lesson(track.get_children().first().specific, title="Rencontre", completion="attended")
    CohortSession.objects.create(cohort=cohort, step=session, starts_at=NOW + DAY)
    enrol(learner, track, at=NOW - 12 * DAY, cohort=cohort)
    person = learners.make_person("tom@example.org", first_name="Tom", last_name="Petit")
    learners.finish(enrol(person, track, at=NOW - 12 * DAY, cohort=cohort), steps=2, at=NOW - 11 * DAY)
    return cohort


@pytest.mark.parametrize(
    ("key", "reader", "subject"),
    [
        ("welcome", "tom@example.org", "Bienvenue dans le parcours « Jeunes »"),
        ("reminder-inactive", "tom@example.org", "La suite de votre parcours : Quiz 1"),
        ("reminder-week_two", "tom@example.org", None),
        ("reminder-not_started", "nadia@example.org", None),
        ("reminder-session", "tom@example.org", None),
        ("reminder-closing", "tom@example.org", None),
        ("seat", "tom@example.org", None),
        ("digest", "samuel@example.org", "Le point de la semaine : 2 personnes ont besoin d’aide"),
        ("account-password_reset_key", "tom@example.org", "Choisir un nouveau mot de passe"),
    ],
)
def test_a_letter_is_shown_as_it_would_leave_and_nothing_is_written(
    world, key, reader, subject, django_assert_num_queries
):
    before = counts()
    shown = previews.preview(SAMPLES[key], first(key), now=NOW)
    assert (shown.letter.address, counts(), mail.outbox) == (reader, before, [])
    assert "" not in {shown.subject, shown.text, shown.html}
    assert subject is None or plain(shown.subject) == subject
    assert shown.attachments == ()


def test_it_is_what_the_letter_of_the_clock_says(world, postbox):
    row = first("welcome")
    shown = previews.preview(SAMPLES["welcome"], row, now=NOW)
    letter = Letter.objects.get(enrolment=row, kind="welcome")
    assert delivery.send(letter.pk, now=NOW) == "sent"
    letter.refresh_from_db()
    assert (shown.subject, shown.text, shown.html) == (letter.subject, letter.text, letter.html)


def test_an_attestation_names_its_document(enrolment):
    learners.finish(enrolment)
    shown = previews.preview(SAMPLES["certificate"], first("certificate"), now=NOW)
    assert shown.attachments == (f"attestation-{enrolment.certificate.code}.pdf",)


def test_somebody_is_found_by_name_or_address_and_each_voice_by_its_tracks(world, site):
    assert SAMPLES["welcome"].found(now=NOW, words="petit TOM").get().person.email == "tom@example.org"
    assert SAMPLES["welcome"].found(now=NOW, words="nadia@").get().person.email == "nadia@example.org"
    assert not SAMPLES["welcome"].found(now=NOW, words="personne").exists()
    young = make_track(site, slug="young", informal=True)
    row = enrol(learners.make_person("ada@example.org"), young)
    assert SAMPLES["welcome"].found(now=NOW, informal=True).get() == row
    assert SAMPLES["welcome"].found(now=NOW, informal=False).count() == 2
    assert SAMPLES["digest"].found(now=NOW, informal=True).count() == 1


def test_the_link_that_would_unsubscribe_somebody_else_is_not_given(world):
    row = first("reminder-inactive")
    shown = previews.preview(SAMPLES["reminder-inactive"], row, now=NOW)
    token = subscriptions.token_for(row.person_id, "reminder").partition(":")[0]
    assert token not in f"{shown.text} {shown.html} {shown.headers}"
    assert "/mon-espace/preferences/" in shown.text
    assert list(shown.headers) == ["List-Unsubscribe", "List-Unsubscribe-Post"]
    assert shown.headers["List-Unsubscribe"].endswith("…/desinscription/>")


def test_the_digest_of_who_has_nothing_to_read_is_none(track):
    lead = learners.make_person("samuel@example.org")
    learners.make_cohort(track, lead=lead)
    assert previews.preview(SAMPLES["digest"], lead, now=NOW) is None


def test_who_waits_for_a_seat_reads_it(world):
    person = learners.make_person("ada@example.org", first_name="Ada", last_name="Blanc")
    Cohort.objects.filter(pk=world.pk).update(seats=2)
    seats.wait(person=person, cohort=world, at=NOW)
    shown = previews.preview(SAMPLES["waiting"], first("waiting"), now=NOW)
    assert (shown.letter.address, "liste d’attente" in shown.text) == ("ada@example.org", True)


def test_what_a_manager_wrote_is_read_as_it_left(world):
    lead = User.objects.get(email="samuel@example.org")
    words = {"subject": "Rendez-vous", "text": "Bonjour {prénom}, à jeudi."}
    messages.compose(cohort=world, by=lead, due_at=NOW, at=NOW, **words)
    messages.write_due(now=NOW)
    shown = previews.preview(SAMPLES["message"], first("message", words="nadia"), now=NOW)
    assert (shown.subject, "Bonjour Nadia, à jeudi." in shown.text) == ("Rendez-vous", True)


def test_answers_are_told_to_who_reviews_them_and_then_to_who_gave_them(site, learner):
    lead = learners.make_person("samuel@example.org")
    track = make_open_track(site)
    answer = answered(enrol(learner, track, cohort=learners.make_cohort(track, lead=lead))).answers.get()
    shown = previews.preview(SAMPLES["task"], first("task"), now=NOW + DAY)
    assert (shown.letter.person, plain(shown.subject)[:18]) == (lead, "1 réponse à relire")
    reviews.review(answer_pk=answer.pk, by=lead, levels=levels_of(answer, 1, 0), comment="Bien.", at=NOW + DAY)
    assert first("task") is None
    shown = previews.preview(SAMPLES["review"], first("review"), now=NOW + DAY)
    assert (shown.letter.address, "a été relue" in shown.subject) == ("nadia@example.org", True)
    reviews.amend(
        answer_pk=answer.pk, by=lead, levels=levels_of(answer, 2, 1), comment="Mieux.", why="Relu.", at=NOW + DAY
    )
    shown = previews.preview(SAMPLES["regrade"], first("regrade"), now=NOW + DAY)
    assert "Votre note a changé" in shown.subject


# ------------------------------------------------------------ a trial


def test_a_trial_goes_to_oneself_alone_marked_and_once_for_each_page(world, louise, postbox):
    shown = previews.preview(SAMPLES["reminder-inactive"], first("reminder-inactive"), now=NOW)
    one, again = (previews.send_trial(shown, to=louise, token="abcdefgh", at=NOW) for _ in range(2))
    assert (one, Letter.objects.filter(kind="trial").count()) == (again, 1)
    assert delivery.send(one.pk, now=NOW) == "sent"
    (received,) = postbox.received
    assert received["To"] == "louise@example.org"
    assert plain(received["Subject"]).strip() == "[Essai] La suite de votre parcours : Quiz 1"
    assert "ce message n’est parti qu’à vous. Il s’adresse à Tom Petit." in received.get_body(["plain"]).get_content()
    assert "qu’à vous" in received.get_body(["html"]).get_content()
    assert received["List-Unsubscribe"] is None
    assert previews.send_trial(shown, to=louise, token="ijklmnop", at=NOW) != one


def test_the_trial_of_an_attestation_brings_it(enrolment, louise, postbox):
    learners.finish(enrolment)
    shown = previews.preview(SAMPLES["certificate"], first("certificate"), now=NOW)
    letter = previews.send_trial(shown, to=louise, token="abcdefgh", at=NOW)
    assert delivery.send(letter.pk, now=NOW) == "sent"
    (attached,) = postbox.received[0].iter_attachments()
    assert attached.get_filename() == shown.attachments[0]


def test_a_trial_counts_for_nothing_of_its_reader(world, louise):
    row = first("reminder-inactive")
    shown = previews.preview(SAMPLES["reminder-inactive"], row, now=NOW)
    previews.send_trial(shown, to=louise, token="abcdefgh", at=NOW)
    reader = subscriptions.readers([(row.person_id, None), (louise.pk, None)], now=NOW)
    assert [one.received for one in reader.values()] == [(), ()]
    assert not row.letters.filter(kind="trial").exists()
