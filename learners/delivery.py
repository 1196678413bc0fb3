"""Sending one letter, once.

A letter is claimed for a short time by whoever sends it. A sender that dies loses its claim and
the next sweep sends the letter; the only double that can happen is a letter accepted by the mail
server in the very instant of the death, and it carries the same Message-ID.
"""

import smtplib
from datetime import timedelta
from time import monotonic, sleep

import structlog
from django.conf import settings
from django.core import signing
from django.core.mail import get_connection
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from courses.outline import outline_by_pk
from courses.reveal import SCORE
from learners import departures, documents, emails, relevance, rule_book, rules, subscriptions
from learners.models import (
    Attempt,
    Letter,
    Message,
    Regrade,
    ReminderRule,
    User,
    WaitingPlace,
)
from learners.records import record_of
from learners.standing import next_step
from learners.terms import shown_of

log = structlog.get_logger(__name__)

Kind = ReminderRule.Kind

# Longer than the time limit of a task, so that a claim never ends while its sender is alive;
# shorter than the two minutes promised to recover from a kill.
CLAIM = timedelta(seconds=110)
# Seconds; with the patience of a sweep before it, a task still ends within its limit.
INSISTENCE = 30
# After so many refusals a letter is parked for a human to look at. A server that is away refuses nothing.
MAX_TRIES = 12
# Figures of a primary key; a longer number is none of ours.
LONGEST_KEY = 18
REFUSALS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)


def send(letter_pk, *, now):
    """Send one letter that is due. Returns « sent », « postponed », « dropped », « refused » or « none ».

    State is asked again first: a letter whose reason has gone is dropped, with the reason; one that may not leave
    at this hour waits for its own.
    """
    with transaction.atomic():
        letter = _claimed(letter_pk, now=now)
        if letter is None:
            return "none"
        reason = relevance.why_drop(letter, now=now)
        if reason:
            return _close(letter, "dropped", dropped_at=now, dropped_reason=reason)
        leaves = departure_of(letter, now=now)
        if leaves.reason:
            waiting = {"postponed_until": leaves.at, "postponed_reason": leaves.reason[:200]}
            return _close(letter, "postponed", tries=F("tries") - 1, **waiting)
    try:
        composed, attachments = compose(letter, now=now)
        message = emails.message(
            composed,
            to=letter.address,
            message_id=message_id(letter),
            headers=headers_of(letter),
            attachments=attachments,
        )
        get_connection().send_messages([message])
    except (OSError, smtplib.SMTPException) as error:
        return _postpone(letter, error, now=now)
    frozen = {"subject": composed.subject, "text": composed.text, "html": composed.html}
    return _insist(lambda: _close(letter, "sent", sent_at=now, last_error="", **frozen | _erased(letter)))


def _insist(note):
    """Write down what cannot be undone, even to a database that comes back only in a while."""
    stop = monotonic() + INSISTENCE
    while True:
        try:
            return note()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or monotonic() > stop:
                raise
            log.warning("database away")
            connection.close()
            sleep(1)


def _claimed(letter_pk, *, now):
    """The letter, claimed for a while, if it is due and nobody else has it.

    Two optional letters to one person are claimed one after the other: the second counts the first.
    """
    person = Letter.objects.optional().filter(pk=letter_pk).values("person")
    list(User.objects.select_for_update(no_key=True).filter(pk__in=person).values_list("pk"))
    due = Letter.objects.due(now).filter(pk=letter_pk)
    if not due.update(claimed_until=now + CLAIM, tries=F("tries") + 1):
        return None
    return Letter.objects.select_related("person", "enrolment__person", "enrolment__cohort", "rule").get(pk=letter_pk)


def departure_of(letter, *, now):
    """When this letter may leave: now, or later with the reason."""
    if letter.kind in departures.AT_ONCE:
        return departures.Departure(now)
    led = subscriptions.latest_led([letter.person_id]) if letter.kind in departures.STAFF else {}
    cohort = letter.enrolment.cohort if letter.enrolment else led.get(letter.person_id)
    found = subscriptions.readers([(letter.person_id, cohort)], now=now, apart_from=[letter.pk])
    return departures.departure(
        letter.kind,
        now=now,
        reader=found[letter.person_id],
        policy=subscriptions.policy(),
        counted=letter.rule is None or letter.rule.kind != Kind.SESSION,
    )


def compose(letter, *, now):
    """The words of this letter at that moment, and its attachments as (name, bytes, type) triples."""
    enrolment = letter.enrolment
    stop = {"unsubscribe_url": subscriptions.unsubscribe_url(letter)}
    match letter.kind:
        case Letter.Kind.ACCOUNT | Letter.Kind.DIGEST:
            return emails.Composed(subject=letter.subject, text=letter.text, html=letter.html), ()
        case Letter.Kind.WELCOME:
            outline = outline_by_pk(enrolment.track_id)
            return emails.welcome(
                enrolment, outline, outline.first, reminder_after=rule_book.silence_days(enrolment)
            ), ()
        case Letter.Kind.REMINDER:
            outline = outline_by_pk(enrolment.track_id)
            session = relevance.session_of(letter) if letter.rule and letter.rule.kind == Kind.SESSION else None
            return reminder_of(letter.rule, enrolment, outline, session=session, now=letter.due_at, **stop), ()
        case Letter.Kind.TASK:
            outline = outline_by_pk(letter.rule.track_id)
            count, oldest = relevance.waiting_for(letter)
            days = (now - oldest).days
            return emails.reviews_to_do(letter.person, outline, count=count, days=days, **stop), ()
        case Letter.Kind.SEAT:
            return _of_seat(letter, now=now), ()
        case Letter.Kind.CERTIFICATE:
            return emails.certificate_ready(letter.certificate), (_attached(letter.certificate),)
        case Letter.Kind.TRIAL:
            attached = (_attached(letter.certificate),) if enrolment else ()
            return emails.Composed(subject=letter.subject, text=letter.text, html=letter.html), attached
        case Letter.Kind.REVIEW:
            return _of_review(letter, stop), ()
        case Letter.Kind.MESSAGE:
            return from_manager(enrolment, outline_by_pk(enrolment.track_id), now=now, **stop, **_words_of(letter)), ()
    raise ValueError(letter.kind)


def _attached(certificate):
    return f"attestation-{certificate.code}.pdf", documents.attestation_pdf(certificate), "application/pdf"


def _of_seat(letter, *, now):
    """The words about a place in a cohort: one that was given, or one to wait for."""
    if letter.key.startswith("waiting:"):
        places = WaitingPlace.objects.select_related("person", "cohort")
        place = places.get(pk=letter.key.removeprefix("waiting:"))
        return emails.waiting(place, outline_by_pk(place.cohort.track_id))
    outline = outline_by_pk(letter.enrolment.track_id)
    return emails.seat_given(letter.enrolment, outline, whats_next(letter.enrolment, outline, now=now))


def _of_review(letter, stop):
    """The words about answers that somebody has read, or about a mark that changed."""
    if letter.key.startswith("regrade:"):
        rows = Regrade.objects.select_related("answer__review", "answer__attempt__quiz")
        regrade = rows.get(pk=letter.key.removeprefix("regrade:"))
        regrade.answer.attempt.enrolment = letter.enrolment
        return emails.mark_changed(regrade, shown=shown_of(regrade.answer.attempt, letter.due_at), **stop)
    attempt = Attempt.objects.select_related("quiz").get(pk=letter.key.removeprefix("review:"))
    attempt.enrolment = letter.enrolment
    count = attempt.answers.filter(review__graded_at__isnull=False).count()
    return emails.answers_reviewed(attempt, count, shows_score=SCORE in shown_of(attempt, letter.due_at), **stop)


def reminder_of(rule, enrolment, outline, *, now, unsubscribe_url, session=None):
    """The reminder of this rule to this learner: for the letter, and for whoever looks before it leaves.

    In the words of the rule when it has some; else what is done and what comes next.
    """
    done = set(enrolment.completions.values_list("step_id", flat=True))
    steps = [step for step in outline.steps if step.pk in done]
    step = whats_next(enrolment, outline, now=now)
    kind = rule.kind if rule else Kind.INACTIVE
    if not (rule and rule.text) and kind not in rules.WORDS:
        days = (now - enrolment.last_activity_at).days
        return emails.reminder(enrolment, outline, steps, step, days, unsubscribe_url=unsubscribe_url)
    cohort = enrolment.cohort
    facts = rules.Facts(
        begun=enrolment.enrolled_at,
        last=enrolment.last_activity_at,
        done=sum(one.pk in outline.required_ids for one in steps),
        total=len(outline.required),
        finished_at=enrolment.completed_at,
        closes_on=cohort.closes_on if cohort else None,
        session_at=session.starts_at if session else None,
        session_title=session.step.title if session else "",
        zone=subscriptions.territory_of(enrolment.person, cohort).zone,
    )
    goes_to = outline.by_pk.get(session.step_id) if session else step
    places = rules.places_filled(
        facts,
        now,
        first_name=enrolment.person.first_name,
        track=outline.title,
        cohort=cohort.name if cohort else "",
        step_title=step.title if step else "",
        url=emails.absolute(goes_to.url if goes_to else outline.url),
    )
    subject, text = (rule.subject, rule.text) if rule.text else rules.WORDS[kind][outline.informal]
    return emails.note(enrolment, outline, subject=subject, text=text, places=places, unsubscribe_url=unsubscribe_url)


def from_manager(enrolment, outline, *, subject, text, author, cohort, now, unsubscribe_url=""):
    """What a manager wrote, as this person receives it: for the letter, and for whoever looks before sending."""
    return emails.manager_message(
        enrolment,
        outline,
        whats_next(enrolment, outline, now=now),
        subject=subject,
        text=text,
        author=author,
        cohort=cohort.name if cohort else "",
        unsubscribe_url=unsubscribe_url,
    )


def whats_next(enrolment, outline, *, now):
    """The step with which this learner goes on, or None. One query."""
    return next_step(outline, record=record_of(enrolment.pk), now=now)


def _words_of(letter):
    """The words of a manager's letter, with who wrote them: of a message to many, or of this letter alone."""
    if letter.key.startswith("contact:"):
        author = letter.contact.contacted_by
        return {"subject": letter.subject, "text": letter.text, "author": author, "cohort": letter.enrolment.cohort}
    message = Message.objects.select_related("author", "cohort").get(pk=letter.key.split(":")[1])
    return {"subject": message.subject, "text": message.text, "author": message.author, "cohort": message.cohort}


def message_id(letter):
    """The same identifier at each try, so that a receiver can recognise a double; a report leads back by it."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")
    return f"<{letter.pk}-{_signature(letter)}@{domain}>"


def _signature(letter):
    # Short enough for a header on one line; still 132 bits that nobody guesses.
    return signing.Signer(salt="learners.delivery").signature(letter.key)[:22]


def letter_of(identifier):
    """The letter that left under this identifier, with its person; None for one that we did not sign. One query."""
    pk, _, signed = identifier.strip("<>").partition("@")[0].partition("-")
    if not (pk.isascii() and pk.isdigit() and len(pk) <= LONGEST_KEY):
        return None
    letter = Letter.objects.select_related("person").filter(pk=pk).first()
    return letter if letter and constant_time_compare(signed, _signature(letter)) else None


def headers_of(letter):
    """The headers that stop this kind of letter; none for one that cannot be refused."""
    url = subscriptions.unsubscribe_url(letter)
    if not url:
        return {}
    # RFC 8058: one POST without a page, a session or a cookie.
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _erased(letter):
    """The fields to empty when this letter is done with."""
    # It held a code or a link that opens an account: not to be read again from a backup.
    return {"text": "", "html": ""} if letter.kind == Letter.Kind.ACCOUNT else {}


def _close(letter, outcome, *, claimed_until=None, **fields):
    Letter.objects.filter(pk=letter.pk).update(claimed_until=claimed_until, **fields)
    log.info("letter", outcome=outcome, letter=letter.pk, kind=letter.kind, tries=letter.tries)
    return outcome


def _postpone(letter, error, *, now):
    """Try again, each time a little later; park after too many refusals or a final one.

    The letter is claimed until then; ``due_at`` stays the moment of its cause.
    """
    final = isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _ in error.recipients.values()
    )
    last_error = f"{type(error).__name__} : {error}"[:240]
    if final or (isinstance(error, REFUSALS) and letter.tries >= MAX_TRIES):
        dropped = {"dropped_at": now, "dropped_reason": "refusée par le serveur de courrier"}
        return _close(letter, "dropped", last_error=last_error, **dropped, **_erased(letter))
    later = now + timedelta(seconds=min(30 * 2 ** (letter.tries - 1), 3600))
    return _close(letter, "refused", claimed_until=later, last_error=last_error)
