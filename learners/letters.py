"""Every message that leaves is first a row, written in the transaction of its cause."""

from itertools import islice

from django.db import transaction

from learners.models import Letter
from learners.tasks import send_letter

BATCH = 500


def write(*, kind, person, key, due_at, enrolment=None, rule=None, subject="", text="", html=""):
    """The letter with that key: written now and sent after commit, or the one that exists.

    ``subject`` and ``text`` are the words that a person gave for this letter alone; with ``html``, those of the whole
    letter.
    """
    letter, created = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "person": person,
            "address": person.email,
            "enrolment": enrolment,
            "rule": rule,
            "due_at": due_at,
            "subject": subject,
            "text": text,
            "html": html,
        },
    )
    if created:
        _hand_over(letter)
    return letter


def give_up(*, kind, person, key, at, reason):
    """Remember that there was nothing to write under that key, so that it is not asked again. Safe to repeat."""
    facts = {"kind": kind, "person": person, "address": person.email, "due_at": at}
    Letter.objects.get_or_create(key=key, defaults={**facts, "dropped_at": at, "dropped_reason": reason})


def write_to_all(*, kind, keys, due_at):
    """One letter for each of these enrolments, by their keys, but for those that exist. The sweep sends them.

    ``keys`` is an iterable of (key, enrolment with its person) pairs. Returns how many there are.
    """
    rows = (
        Letter(
            kind=kind,
            person=enrolment.person,
            address=enrolment.person.email,
            key=key,
            enrolment=enrolment,
            due_at=due_at,
        )
        for key, enrolment in keys
    )
    count = 0
    while batch := list(islice(rows, BATCH)):
        Letter.objects.bulk_create(batch, ignore_conflicts=True)
        count += len(batch)
    return count


def write_account_message(*, composed, address, key, person=None, at):
    """A message of the account (confirm, reset…), whose text is known at once."""
    letter = Letter.objects.create(
        kind=Letter.Kind.ACCOUNT,
        person=person,
        address=address,
        key=key,
        due_at=at,
        subject=composed.subject,
        text=composed.text,
        html=composed.html,
    )
    _hand_over(letter)
    return letter


def _hand_over(letter):
    """Ask a worker to send it after commit. The sweep is there for when the broker is not."""
    queue = "documents" if letter.kind == Letter.Kind.CERTIFICATE else "letters"
    transaction.on_commit(lambda: send_letter.hint(letter.pk, queue=queue), robust=True)
