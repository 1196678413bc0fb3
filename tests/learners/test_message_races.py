"""Messages and contacts, several at the same time: one message, one contact, one letter each."""

from datetime import timedelta

import pytest

from learners import bounces, contacts, digests, messages, previews
from learners.errors import MessageGone
from learners.models import Contact, FailingAddress, Letter, Message
from learners.samples import SAMPLES
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol
from tests.learners.test_bounces import report
from tests.learners.test_races import at_once, on_postgresql

LATER = NOW + timedelta(days=1)


@pytest.fixture
def cohort(real_commits):
    """Three learners and who leads them."""
    track = courses.make_track(courses.make_site(), modules=[(1, False)])
    found = learners.make_cohort(track, lead=learners.make_person("samuel@example.org"))
    for number in range(3):
        enrol(learners.make_person(f"p{number}@example.org"), track, cohort=found)
    return found


def compose(cohort, **changes):
    """A message of the lead, drafted at one moment."""
    facts = {"subject": "Bonjour", "text": "À jeudi.", "due_at": LATER, "at": NOW, "drafted_at": NOW}
    return messages.compose(cohort=cohort, by=cohort.leads.get().person, **facts | changes)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_clocks_that_strike_together_write_one_letter_to_each(cohort):
    compose(cohort)
    written = at_once(4, lambda one: messages.write_due(now=LATER))
    assert sorted(written) == [0, 0, 0, 3]
    assert Letter.objects.filter(kind="message").count() == 3


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_form_sent_several_times_together_makes_one_message(cohort):
    made = at_once(4, lambda one: compose(cohort, due_at=NOW).pk)
    assert made == [Message.objects.get().pk] * 4
    assert Letter.objects.filter(kind="message").count() == 3


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_an_edit_in_the_very_minute_of_the_message_changes_all_the_letters_or_none(cohort):
    message = compose(cohort)
    words = {"subject": "Autre", "text": "À vendredi.", "due_at": LATER}
    _, edited = at_once(
        2,
        lambda one: (
            messages.write_due(now=LATER)
            if one == 1
            else messages.edit(message_pk=message.pk, at=LATER - timedelta(seconds=1), **words)
        ),
    )
    message.refresh_from_db()
    assert message.subject == ("Bonjour" if edited is MessageGone else "Autre")
    messages.write_due(now=LATER)
    assert Letter.objects.filter(kind="message").count() == 3


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_presses_write_to_one_person_once(cohort):
    row, lead = cohort.enrolments.earliest("pk"), cohort.leads.get().person
    words = {"subject": "Bonjour", "text": "À jeudi.", "reason": Contact.Reason.SILENT}
    told = at_once(4, lambda one: contacts.write_to(enrolment_pk=row.pk, by=lead, at=NOW, **words)[1])
    assert sorted(told) == [False, False, False, True]
    assert Contact.objects.get().letter == Letter.objects.get(kind="message")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_clocks_that_strike_together_write_one_point_of_the_week(cohort):
    morning = NOW + timedelta(days=14)
    at_once(4, lambda one: digests.write_due(now=morning))
    letter = Letter.objects.get(kind="digest")
    assert (letter.key[-8:], letter.dropped_at) == ("2026-W50", None)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_reports_that_come_together_mark_a_letter_once(cohort):
    letter = Letter.objects.filter(kind="welcome").first()
    outcomes = at_once(4, lambda one: bounces.receive(report(letter), now=LATER).value)
    assert sorted(outcomes) == ["bounced", "known", "known", "known"]
    assert FailingAddress.objects.count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_button_pressed_several_times_together_sends_one_trial(cohort):
    lead = cohort.leads.get().person
    shown = previews.preview(SAMPLES["digest"], lead, now=NOW + timedelta(days=14))
    at_once(4, lambda one: previews.send_trial(shown, to=lead, token="abcdefgh", at=NOW))
    assert Letter.objects.filter(kind="trial").count() == 1
