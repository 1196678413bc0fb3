"""One letter leaves once, through a real mail server with every kind of manners."""

import io
import re
import socket
from datetime import UTC, date, datetime, timedelta

import pypdf
import pytest
import time_machine
from django.core import mail

from courses.models import CataloguePage
from courses.outline import outline_by_pk
from learners import attempts, certificates, delivery, emails, letters, progress, reminders, subscriptions
from learners import enrolment as enrolments
from learners.models import Certificate, Letter
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol

CODE = emails.Composed(subject="Votre code", text="Le code : 123456\n", html="<p>Le code : 123456</p>")
SILENT = NOW + timedelta(days=9)


def account_message(person=None, *, key="account:x", address="nadia@example.org"):
    return letters.write_account_message(composed=CODE, address=address, key=key, person=person, at=NOW)


@pytest.fixture
def stopped_clock():
    """Signed links hold the second at which they were made."""
    with time_machine.travel(SILENT, tick=False):
        yield


@pytest.fixture
def welcome(enrolment):
    """The letter that waits after an enrolment."""
    return Letter.objects.get(enrolment=enrolment, kind="welcome")


@pytest.fixture
def reminder(enrolment):
    """The reminder of somebody who has read one lesson and was silent for nine days."""
    learners.finish(enrolment, steps=1)
    reminders.write_due(now=SILENT)
    return Letter.objects.get(kind="reminder")


@pytest.fixture
def attestation(enrolment):
    """The letter that brings an attestation."""
    learners.finish(enrolment)
    return Letter.objects.get(kind="certificate")


def state(letter):
    """What the row says of its delivery."""
    return Letter.objects.values("sent_at", "dropped_at", "dropped_reason", "claimed_until", "tries", "last_error").get(
        pk=letter.pk
    )


def header(message, name):
    """A header on one line: a long one is folded before its first word."""
    return message[name] and message[name].strip(" ")


def text_of(message, kind="plain"):
    return message.get_body([kind]).get_content().replace("\r\n", "\n")


# ------------------------------------------------------------ once


def test_a_letter_reaches_its_person_and_the_row_says_so(welcome, postbox):
    assert delivery.send(welcome.pk, now=NOW) == "sent"
    (received,) = postbox.received
    row = Letter.objects.get(pk=welcome.pk)
    assert (received["To"], received["From"]) == ("nadia@example.org", "Faire alliance <bonjour@alliance.example>")
    assert header(received, "Subject") == row.subject
    assert text_of(received) == row.text
    assert text_of(received, "html").strip() == row.html.strip()
    assert state(welcome) == {
        "sent_at": NOW,
        "dropped_at": None,
        "dropped_reason": "",
        "claimed_until": None,
        "tries": 1,
        "last_error": "",
    }


def test_a_letter_sent_twice_leaves_once(welcome, postbox):
    assert [delivery.send(welcome.pk, now=NOW) for _ in range(2)] == ["sent", "none"]
    assert len(postbox.received) == 1
    assert state(welcome)["tries"] == 1


def test_a_letter_does_not_leave_before_its_hour(welcome, postbox):
    before = NOW - timedelta(seconds=1)
    assert (delivery.send(welcome.pk, now=before), len(postbox.received)) == ("none", 0)
    assert (delivery.send(welcome.pk, now=NOW), len(postbox.received)) == ("sent", 1)


def test_a_letter_that_somebody_is_sending_is_left_to_them(welcome, postbox):
    Letter.objects.filter(pk=welcome.pk).update(claimed_until=NOW + delivery.CLAIM, tries=1)
    assert delivery.send(welcome.pk, now=NOW + delivery.CLAIM) == "none"
    assert (postbox.received, state(welcome)["tries"]) == ([], 1)


def test_a_letter_whose_sender_died_is_sent_by_the_next_one(welcome, postbox):
    Letter.objects.filter(pk=welcome.pk).update(claimed_until=NOW + delivery.CLAIM, tries=1)
    assert delivery.send(welcome.pk, now=NOW + delivery.CLAIM + timedelta(seconds=1)) == "sent"
    assert (len(postbox.received), state(welcome)["tries"]) == (1, 2)


def test_a_claim_outlives_a_task_and_ends_within_two_minutes(settings):
    assert settings.CELERY_TASK_TIME_LIMIT < delivery.CLAIM.total_seconds() < 120


@pytest.mark.django_db
def test_a_letter_that_does_not_exist_is_not_sent():
    assert (delivery.send(12345, now=NOW), mail.outbox) == ("none", [])


# ------------------------------------------------------------ what a letter carries


def test_each_kind_of_letter_says_what_its_message_says_today(enrolment, postbox, stopped_clock):
    learners.finish(enrolment, steps=2)
    reminders.write_due(now=SILENT)
    outline = outline_by_pk(enrolment.track_id)
    welcome, reminder = Letter.objects.order_by("pk")
    for letter in (welcome, reminder):
        assert delivery.send(letter.pk, now=SILENT) == "sent"
    expected = [
        emails.welcome(enrolment, outline, outline.steps[0], reminder_after=8),
        emails.reminder(
            enrolment,
            outline,
            list(outline.steps[:2]),
            outline.steps[2],
            9,
            unsubscribe_url=subscriptions.unsubscribe_url(reminder),
        ),
    ]
    assert [emails.Composed(row.subject, row.text, row.html) for row in Letter.objects.order_by("pk")] == expected
    assert [(header(message, "Subject"), text_of(message)) for message in postbox.received] == [
        (one.subject, one.text) for one in expected
    ]


def test_the_attestation_is_attached_as_a_pdf_that_bears_its_code(attestation, postbox):
    assert delivery.send(attestation.pk, now=NOW) == "sent"
    certificate = Certificate.objects.get()
    (received,) = postbox.received
    (attached,) = received.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (
        f"attestation-{certificate.code}.pdf",
        "application/pdf",
    )
    (page,) = pypdf.PdfReader(io.BytesIO(attached.get_content())).pages
    words = re.sub(r"\s+", " ", page.extract_text())
    assert (words.count(certificate.printed_code), words.count("Nadia Benali")) == (1, 1)


def test_only_the_attestation_has_an_attachment(welcome, reminder, postbox):
    account = account_message()
    for letter in (welcome, reminder, account):
        assert delivery.send(letter.pk, now=SILENT) == "sent"
    assert [list(message.iter_attachments()) for message in postbox.received] == [[], [], []]


def test_only_a_reminder_can_be_stopped_by_one_click(enrolment, postbox, stopped_clock):
    learners.finish(enrol(learners.make_person("tom@example.org"), enrolment.track))
    reminders.write_due(now=SILENT)
    account_message(enrolment.person)
    sent = {}
    for letter in Letter.objects.all():
        assert delivery.send(letter.pk, now=SILENT) == "sent"
        message = postbox.received[-1]
        sent[letter.kind] = (header(message, "List-Unsubscribe"), message["List-Unsubscribe-Post"])
    url = subscriptions.unsubscribe_url(Letter.objects.get(kind="reminder"))
    assert sent == {
        "welcome": (None, None),
        "certificate": (None, None),
        "account": (None, None),
        "reminder": (f"<{url}>", "List-Unsubscribe=One-Click"),
    }


def test_the_words_of_an_account_message_are_erased_once_it_has_left(learner, postbox):
    letter = account_message(learner)
    assert delivery.send(letter.pk, now=NOW) == "sent"
    assert [text_of(message) for message in postbox.received] == ["Le code : 123456\n"]
    assert Letter.objects.values_list("subject", "text", "html").get() == ("Votre code", "", "")


def test_the_words_of_an_account_message_wait_while_the_server_refuses(learner, postbox):
    postbox.at_data = "451 Later"
    letter = account_message(learner)
    assert delivery.send(letter.pk, now=NOW) == "refused"
    assert Letter.objects.values_list("text", "html").get() == (CODE.text, CODE.html)


@pytest.mark.parametrize("at_recipient", ["550 No such person", "451 Later"])
def test_the_words_of_an_account_message_are_erased_when_it_is_given_up(learner, postbox, at_recipient):
    postbox.at_recipient = at_recipient
    letter = account_message(learner)
    Letter.objects.filter(pk=letter.pk).update(tries=delivery.MAX_TRIES - 1)
    assert delivery.send(letter.pk, now=NOW) == "dropped"
    assert Letter.objects.values_list("text", "html").get() == ("", "")


def test_each_letter_has_its_own_message_id_under_our_name(welcome, postbox):
    for letter in (welcome, account_message(key="account:x"), account_message(key="account:y")):
        delivery.send(letter.pk, now=NOW)
    identifiers = [message["Message-ID"] for message in postbox.received]
    assert [re.fullmatch(r"<[\w-]+@alliance\.example>", one) is not None for one in identifiers] == [True] * 3
    assert len(set(identifiers)) == 3


# ------------------------------------------------------------ servers that refuse


def test_a_letter_refused_for_now_leaves_later_under_the_same_message_id(welcome, postbox):
    postbox.at_data = "451 Try again later"
    assert delivery.send(welcome.pk, now=NOW) == "refused"
    assert state(welcome) == {
        "sent_at": None,
        "dropped_at": None,
        "dropped_reason": "",
        "claimed_until": NOW + timedelta(seconds=30),
        "tries": 1,
        "last_error": "SMTPDataError : (451, b'Try again later')",
    }
    first_id = delivery.message_id(welcome)
    postbox.at_data = "250 OK"
    assert delivery.send(welcome.pk, now=NOW + timedelta(seconds=29)) == "none"
    assert delivery.send(welcome.pk, now=NOW + timedelta(seconds=31)) == "sent"
    assert [message["Message-ID"] for message in postbox.received] == [first_id]
    assert (state(welcome)["tries"], state(welcome)["last_error"]) == (2, "")


def test_a_letter_waits_longer_after_each_refusal_and_is_given_up_after_twelve(welcome, postbox):
    postbox.at_recipient = "451 Greylisted"
    now, waits = NOW, []
    while delivery.send(welcome.pk, now=now) == "refused":
        free_again = state(welcome)["claimed_until"]
        waits.append((free_again - now).total_seconds())
        now = free_again + timedelta(seconds=1)
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    assert state(welcome) == {
        "sent_at": None,
        "dropped_at": now,
        "dropped_reason": "refusée par le serveur de courrier",
        "claimed_until": None,
        "tries": 12,
        "last_error": "SMTPRecipientsRefused : {'nadia@example.org': (451, b'Greylisted')}",
    }
    assert delivery.send(welcome.pk, now=now + timedelta(days=30)) == "none"
    assert postbox.received == []


def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(welcome, postbox):
    postbox.at_recipient = "550 No such person here"
    assert delivery.send(welcome.pk, now=NOW) == "dropped"
    assert state(welcome) == {
        "sent_at": None,
        "dropped_at": NOW,
        "dropped_reason": "refusée par le serveur de courrier",
        "claimed_until": None,
        "tries": 1,
        "last_error": "SMTPRecipientsRefused : {'nadia@example.org': (550, b'No such person here')}",
    }
    assert delivery.send(welcome.pk, now=NOW + timedelta(days=1)) == "none"


@pytest.fixture
def no_server(settings):
    """Nobody listens where letters are sent."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings.EMAIL_PORT = nobody.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"


def test_a_server_that_is_away_postpones_the_letter(welcome, no_server):
    assert delivery.send(welcome.pk, now=NOW) == "refused"
    assert state(welcome)["last_error"] == "ConnectionRefusedError : [Errno 111] Connection refused"
    assert not Letter.objects.due(NOW + timedelta(seconds=29)).exists()
    assert Letter.objects.due(NOW + timedelta(seconds=31)).get() == welcome


def test_a_server_that_is_away_for_days_loses_no_letter(welcome, no_server, settings):
    Letter.objects.filter(pk=welcome.pk).update(tries=100)
    assert delivery.send(welcome.pk, now=NOW) == "refused"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert delivery.send(welcome.pk, now=NOW + timedelta(seconds=3600)) == "none"
    assert delivery.send(welcome.pk, now=NOW + timedelta(seconds=3601)) == "sent"
    assert [message.to for message in mail.outbox] == [["nadia@example.org"]]


def test_a_server_that_does_not_answer_in_time_postpones_the_letter(welcome, postbox, settings):
    settings.EMAIL_TIMEOUT = 0.2
    postbox.seconds = 2
    assert delivery.send(welcome.pk, now=NOW) == "refused"
    assert (state(welcome)["sent_at"], state(welcome)["tries"]) == (None, 1)


def test_a_letter_accepted_by_a_server_that_dies_leaves_again_under_the_same_message_id(welcome, postbox):
    """The only double there can be: its receiver can recognise it."""
    postbox.cuts_after_data = True
    assert delivery.send(welcome.pk, now=NOW) == "refused"
    postbox.cuts_after_data = False
    assert delivery.send(welcome.pk, now=NOW + timedelta(minutes=1)) == "sent"
    first, second = postbox.received
    assert first["Message-ID"] == second["Message-ID"] == delivery.message_id(welcome)


# ------------------------------------------------------------ is there still a reason?


def finish(enrolment):
    learners.finish(enrolment, at=SILENT)
    return "le parcours est terminé"


def come_back(enrolment):
    progress.complete(enrolment_pk=enrolment.pk, step_pk=outline_by_pk(enrolment.track_id).steps[1].pk, at=SILENT)
    return "la personne est revenue"


def withdraw(enrolment):
    enrolments.withdraw(person=enrolment.person, track_pk=enrolment.track_id, at=SILENT)
    return "la personne s’est retirée du parcours"


def opt_out(enrolment):
    subscriptions.opt_out(person_pk=enrolment.person_id, kind="reminder", at=SILENT)
    return "la personne ne veut plus recevoir ces messages"


def close_the_account(enrolment):
    enrolment.person.is_active = False
    enrolment.person.save()
    return "le compte est fermé"


def unpublish_the_track(enrolment):
    enrolment.track.unpublish()
    return "le parcours n’est plus proposé"


@pytest.mark.parametrize("change", [finish, come_back, withdraw, opt_out, close_the_account, unpublish_the_track])
def test_a_reminder_whose_reason_has_gone_is_dropped(reminder, enrolment, change):
    reason = change(enrolment)
    assert delivery.send(reminder.pk, now=SILENT) == "dropped"
    assert Letter.objects.values_list("dropped_at", "dropped_reason", "sent_at", "subject").get(pk=reminder.pk) == (
        SILENT,
        reason,
        None,
        "",
    )
    assert delivery.send(reminder.pk, now=SILENT + timedelta(days=1)) == "none"
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (finish, "sent"),
        (come_back, "sent"),
        (opt_out, "sent"),
        (withdraw, "dropped"),
        (close_the_account, "dropped"),
        (unpublish_the_track, "dropped"),
    ],
)
def test_a_welcome_leaves_only_to_somebody_who_may_begin(welcome, enrolment, change, outcome):
    learners.finish(enrolment, steps=1)
    change(enrolment)
    assert delivery.send(welcome.pk, now=SILENT) == outcome


@pytest.mark.parametrize(
    ("change", "outcome"),
    [(opt_out, "sent"), (withdraw, "sent"), (unpublish_the_track, "sent"), (close_the_account, "dropped")],
)
def test_an_attestation_that_was_earned_is_sent_as_long_as_there_is_an_account(attestation, enrolment, change, outcome):
    change(enrolment)
    assert delivery.send(attestation.pk, now=SILENT) == outcome


def test_an_attestation_that_was_revoked_meanwhile_is_not_sent(attestation, enrolment):
    admin = learners.make_person("louise@example.org")
    certificates.revoke(enrolment.certificate, by=admin, at=NOW, reason="Erreur de personne")
    assert delivery.send(attestation.pk, now=NOW) == "dropped"
    assert (state(attestation)["dropped_reason"], mail.outbox) == ("l’attestation a été révoquée", [])


def test_an_attestation_that_was_corrected_meanwhile_leaves_once_with_the_right_name(attestation, enrolment, postbox):
    admin = learners.make_person("louise@example.org")
    certificates.correct(enrolment.certificate, holder="Nadia Ben Ali", by=admin, at=NOW, reason="Demande")
    outcomes = [
        delivery.send(letter.pk, now=NOW) for letter in Letter.objects.filter(kind="certificate").order_by("pk")
    ]
    assert (outcomes, len(postbox.received)) == (["dropped", "sent"], 1)
    assert state(attestation)["dropped_reason"] == "l’attestation a été remplacée"


def test_a_message_of_the_account_leaves_whatever_became_of_the_account(learner):
    letter = account_message(learner)
    learner.is_active = False
    learner.save()
    assert delivery.send(letter.pk, now=NOW) == "sent"


def test_saving_answers_is_coming_back(reminder, enrolment, quiz):
    learners.finish(enrolment, steps=2)
    attempts.open_attempt(enrolment_pk=enrolment.pk, quiz_pk=quiz.pk, at=SILENT)
    assert delivery.send(reminder.pk, now=SILENT) == "dropped"
    assert state(reminder)["dropped_reason"] == "la personne est revenue"


# ------------------------------------------------------------ is it the moment?

NIGHT = SILENT.replace(hour=22)  # eleven in the evening in Paris
MORNING = datetime(2026, 12, 3, 7, tzinfo=UTC)  # eight in Paris


def waits(letter):
    """Until when a letter waits, and why."""
    return Letter.objects.values_list("postponed_until", "postponed_reason", "tries", "claimed_until").get(pk=letter.pk)


def test_a_reminder_of_the_night_waits_for_the_morning_and_says_why(reminder, postbox):
    assert delivery.send(reminder.pk, now=NIGHT) == "postponed"
    assert waits(reminder) == (MORNING, "la nuit (20\u00a0h à 8\u00a0h)", 0, None)
    assert not Letter.objects.due(MORNING - timedelta(seconds=1)).filter(pk=reminder.pk).exists()
    assert postbox.received == []
    assert delivery.send(reminder.pk, now=MORNING) == "sent"
    assert state(reminder)["tries"] == 1


def test_what_a_person_asked_for_is_asked_again_in_the_morning(reminder, enrolment):
    assert delivery.send(reminder.pk, now=NIGHT) == "postponed"
    subscriptions.choose(
        person=enrolment.person, refused=set(), territory="", no_reminder_before=date(2026, 12, 10), at=NIGHT
    )
    assert delivery.send(reminder.pk, now=MORNING) == "postponed"
    assert waits(reminder)[:2] == (
        datetime(2026, 12, 10, 7, tzinfo=UTC),
        "pas de rappel avant le 10\u00a0décembre 2026, à sa demande",
    )


def test_a_reminder_follows_the_holidays_of_the_cohort(reminder, enrolment):
    """26 December: a Saturday of work, but in Alsace."""
    now = datetime(2026, 12, 26, 10, tzinfo=UTC)
    enrolment.cohort = learners.make_cohort(enrolment.track)
    enrolment.cohort.alsace_moselle = True
    enrolment.cohort.save()
    enrolment.save()
    assert delivery.send(reminder.pk, now=now) == "postponed"
    assert waits(reminder)[1] == "jour férié (Saint-Étienne), dimanche"


def test_where_somebody_says_they_live_counts_more_than_where_their_cohort_is(reminder, enrolment):
    enrolment.cohort = learners.make_cohort(enrolment.track)
    enrolment.save()
    subscriptions.choose(person=enrolment.person, refused=set(), territory="PF", no_reminder_before=None, at=NOW)
    assert delivery.send(reminder.pk, now=SILENT) == "postponed"  # eleven in the evening of the day before
    assert waits(reminder)[0] == datetime(2026, 12, 2, 18, tzinfo=UTC)


def another_reminder(person, number, **fields):
    row = enrol(person, courses.make_track(CataloguePage.objects.get(), slug=f"p{number}", modules=[(1, False)]))
    fields = {"due_at": SILENT, "address": person.email, **fields}
    return Letter.objects.create(
        kind="reminder", person=person, enrolment=row, key=f"reminder:{row.pk}:20261123090000:{number}", **fields
    )


def test_nobody_gets_more_than_two_reminders_a_week_whatever_their_tracks(reminder, enrolment):
    others = [another_reminder(enrolment.person, number) for number in (1, 2)]
    assert [delivery.send(one.pk, now=SILENT) for one in (reminder, *others)] == ["sent", "sent", "postponed"]
    assert waits(others[1])[:2] == (SILENT + timedelta(days=7), "déjà 2 en sept jours")


def test_a_reminder_that_is_leaving_counts_as_received(reminder, enrolment):
    another_reminder(enrolment.person, 1, sent_at=SILENT - timedelta(days=1))
    another_reminder(enrolment.person, 2, claimed_until=SILENT + timedelta(seconds=30))
    assert delivery.send(reminder.pk, now=SILENT) == "postponed"


def test_the_letters_of_others_do_not_count(reminder):
    somebody = learners.make_person("tom@example.org")
    for number in (1, 2):
        another_reminder(somebody, number, sent_at=SILENT)
    assert delivery.send(reminder.pk, now=SILENT) == "sent"


def test_what_somebody_asked_for_leaves_at_night(welcome, attestation):
    assert [delivery.send(one.pk, now=NIGHT) for one in (welcome, attestation)] == ["sent", "sent"]
