"""What a manager writes: one letter each, once, to nobody else, and nothing of it changes afterwards."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from learners import delivery, messages, places, schedule
from learners.enrolment import withdraw
from learners.errors import MessageCancelled, MessageGone, UnfitMessage
from learners.models import Letter, Message, User
from tests.factories import learners
from tests.factories.learners import NOW, enrol

LATER = NOW + timedelta(days=2)


@pytest.fixture
def lead(db):
    return learners.make_person("samuel@example.org", first_name="Samuel", last_name="Okoro")


@pytest.fixture
def cohort(track, lead):
    return learners.make_cohort(track, lead=lead)


@pytest.fixture
def people(cohort, track):
    """Two learners of the cohort, and five people who are not to be written to."""
    ada, bruno, gone, closed, team = (
        enrol(learners.make_person(f"{name}@example.org", first_name=name.title()), track, cohort=cohort)
        for name in ("ada", "bruno", "gone", "closed", "team")
    )
    withdraw(person=gone.person, track_pk=track.pk, at=NOW)
    User.objects.filter(pk=closed.person_id).update(is_active=False)
    User.objects.filter(pk=team.person_id).update(is_staff=True)
    enrol(learners.make_person("elsewhere@example.org"), track, cohort=learners.make_cohort(track, name="Printemps"))
    enrol(learners.make_person("alone@example.org"), track)
    return ada, bruno


def compose(cohort, lead, **changes):
    words = {"subject": "Bonjour", "text": "La réunion est à 18 h.", "due_at": LATER, "at": NOW}
    return messages.compose(cohort=cohort, by=lead, **words | changes)


def addresses():
    return sorted(Letter.objects.filter(kind="message").values_list("address", flat=True))


def test_a_scheduled_message_becomes_one_letter_each_at_its_hour_however_many_clocks_ask(cohort, lead, people):
    message = compose(cohort, lead)
    assert (messages.write_due(now=LATER - timedelta(seconds=1)), addresses()) == (0, [])

    assert messages.write_due(now=LATER) == 2
    assert messages.write_due(now=LATER) == 0

    assert addresses() == ["ada@example.org", "bruno@example.org"]
    assert {one.key for one in Letter.objects.filter(kind="message")} == {
        f"message:{message.pk}:{one.pk}" for one in people
    }
    message.refresh_from_db()
    assert message.written_at == LATER


def test_a_clock_that_died_between_two_letters_writes_only_the_missing_one(cohort, lead, people):
    message = compose(cohort, lead, due_at=NOW)
    Letter.objects.filter(address="bruno@example.org", kind="message").delete()
    Message.objects.update(written_at=None)

    messages.write_due(now=LATER)

    assert addresses() == ["ada@example.org", "bruno@example.org"]
    assert Message.objects.get().pk == message.pk


def test_a_message_that_is_due_leaves_at_once(cohort, lead, people):
    assert compose(cohort, lead, due_at=NOW).written_at == NOW
    assert len(addresses()) == 2


def test_a_form_sent_twice_makes_one_message(cohort, lead, people):
    assert compose(cohort, lead, due_at=NOW) == compose(cohort, lead, due_at=NOW)
    assert (Message.objects.count(), len(addresses())) == (1, 2)


def test_a_selection_reaches_those_who_are_still_there_at_its_hour_and_nobody_of_another_cohort(
    cohort, lead, people, track
):
    ada, bruno = people
    stranger = enrol(learners.make_person("stranger@example.org"), track, cohort=learners.make_cohort(track, name="X"))
    message = compose(cohort, lead, recipients=[ada, bruno, stranger])
    withdraw(person=bruno.person, track_pk=track.pk, at=NOW)

    messages.write_due(now=LATER)

    assert set(message.recipients.all()) == {ada, bruno}
    assert addresses() == ["ada@example.org"]


def test_a_selection_of_strangers_only_is_refused_and_leaves_nothing(cohort, lead, track):
    stranger = enrol(learners.make_person("stranger@example.org"), track)
    with pytest.raises(UnfitMessage, match="aucun destinataire"):
        compose(cohort, lead, recipients=[stranger])
    assert not Message.objects.exists()


def test_whoever_joins_before_its_hour_receives_a_message_to_the_whole_cohort(cohort, lead, people, track):
    compose(cohort, lead)
    enrol(learners.make_person("late@example.org"), track, cohort=cohort)
    messages.write_due(now=LATER)
    assert "late@example.org" in addresses()


def test_a_message_is_edited_until_it_leaves(cohort, lead, people):
    message = compose(cohort, lead)
    edited = messages.edit(message_pk=message.pk, subject="Autre", text="À 19 h.", due_at=NOW, at=NOW)
    assert (edited.subject, edited.text, edited.written_at) == ("Autre", "À 19 h.", NOW)

    with pytest.raises(MessageGone):
        messages.edit(message_pk=message.pk, subject="Trop tard", text="…", due_at=LATER, at=NOW)
    with pytest.raises(MessageGone):
        messages.cancel(message_pk=message.pk, at=NOW)


def test_a_cancelled_message_never_leaves(cohort, lead, people):
    message = compose(cohort, lead)
    messages.cancel(message_pk=message.pk, at=NOW)
    messages.cancel(message_pk=message.pk, at=LATER)

    assert messages.write_due(now=LATER) == 0
    assert (Message.objects.get().cancelled_at, addresses()) == (NOW, [])
    with pytest.raises(MessageCancelled):
        messages.edit(message_pk=message.pk, subject="Encore", text="…", due_at=LATER, at=NOW)


@pytest.mark.parametrize("written", ["{prenom}", "{PRÉNOM}", "{ prochaine étape }", "{lien}", "sans rien"])
def test_places_are_known_whatever_their_accents_and_capitals(written):
    assert places.unknown_places(f"Bonjour {written}.") == []


@pytest.mark.parametrize(
    ("text", "named"), [("{nom}", "{nom}"), ("{prénom", "{"), ("fin}", "}"), ("{}", "{}"), ("{{prénom}}", "{}")]
)
def test_other_braces_are_refused_with_a_sentence(cohort, lead, people, text, named):
    with pytest.raises(UnfitMessage) as refusal:
        compose(cohort, lead, text=f"Bonjour {text}")
    assert str(refusal.value) == (
        f"« {named} » ne sera pas remplacé. "
        "Entre accolades, écrivez seulement {prénom}, {prochaine étape} ou {lien}."
    )


@pytest.mark.parametrize(
    "words", [{"subject": " "}, {"text": "\n"}, {"subject": "é" * 151}, {"text": "é" * 5001}], ids=str
)
def test_a_message_without_words_or_with_too_many_is_refused(cohort, lead, words):
    with pytest.raises(UnfitMessage):
        compose(cohort, lead, **words)


def letter_of(cohort, lead, text, **changes):
    """What the first learner receives."""
    compose(cohort, lead, text=text, due_at=NOW, **changes)
    letter = Letter.objects.filter(kind="message").earliest("pk")
    delivery.send(letter.pk, now=NOW)
    letter.refresh_from_db()
    return letter


def test_each_letter_speaks_to_its_reader(cohort, lead, people, settings):
    settings.SITE_URL = "https://alliance.example"
    learners.finish(people[0], steps=1)

    text = "Bonjour {prénom},\n\nVotre étape : {prochaine étape}.\n{lien}"
    letter = letter_of(cohort, lead, text, subject="À {prénom}")

    assert letter.subject == "À Ada"
    assert letter.text.split("\n\n")[:3] == [
        "Bonjour Ada,",
        "Votre étape\u00a0: Leçon 1.2.\nhttps://alliance.example/parcours/jeunes/module-1/lecon-12/",
        "Samuel Okoro\nCohorte «\u202fAutomne\u202f»",
    ]
    assert '<a href="https://alliance.example/parcours/jeunes/module-1/lecon-12/"' in letter.html
    assert mail.outbox[-1].reply_to == []


def test_whoever_has_no_first_name_or_nothing_left_to_do_reads_a_sentence_all_the_same(cohort, lead, people):
    User.objects.filter(pk=people[0].person_id).update(first_name="")
    learners.finish(people[0])

    letter = letter_of(cohort, lead, "Bonjour {prénom}, la suite : {prochaine étape}")

    assert letter.text.startswith("Bonjour, la suite\u00a0: Jeunes\n")


def test_what_a_manager_writes_is_text_and_never_html(cohort, lead, people):
    letter = letter_of(cohort, lead, "<b>Oui</b> & <script>non</script>")
    assert "&lt;b&gt;Oui&lt;/b&gt; &amp; &lt;script&gt;" in letter.html
    assert "<b>Oui</b> & <script>non</script>" in letter.text


def test_whoever_withdraws_after_the_letter_was_written_is_not_written_to(cohort, lead, people, track):
    compose(cohort, lead, due_at=NOW)
    withdraw(person=people[0].person, track_pk=track.pk, at=NOW)
    letter = Letter.objects.filter(kind="message").earliest("pk")

    assert delivery.send(letter.pk, now=NOW) == "dropped"
    letter.refresh_from_db()
    assert letter.dropped_reason == "la personne s’est retirée du parcours"


@pytest.mark.parametrize("count", [1, 3])
def test_writing_costs_as_many_queries_for_one_reader_as_for_three(
    cohort, lead, track, count, django_assert_num_queries
):
    for number in range(count):
        enrol(learners.make_person(f"p{number}@example.org"), track, cohort=cohort)
    compose(cohort, lead)
    with django_assert_num_queries(7):
        assert messages.write_due(now=LATER) == count


def test_the_clock_writes_and_the_sweep_sends(cohort, lead, people):
    compose(cohort, lead)
    mail.outbox.clear()
    with time_machine.travel(LATER, tick=False):
        Letter.objects.exclude(kind="message").update(sent_at=NOW)
        for _ in range(2):
            schedule.write_messages()
            schedule.send_due_letters()
    assert [message.to for message in mail.outbox] == [["ada@example.org"], ["bruno@example.org"]]
