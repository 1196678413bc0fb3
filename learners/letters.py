"""Every message that leaves is first a row, written in the transaction of its cause."""

from django.db import transaction

from learners.models import Letter
from learners.tasks import send_letter


def write(*, kind, person, key, due_at, enrolment=None):
    """The letter with that key: written now and sent after commit, or the one that exists."""
    letter, created = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "person": person,
            "address": person.email,
            "enrolment": enrolment,
            "due_at": due_at,
        },
    )
    if created:
        _hand_over(letter)
    return letter


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
    transaction.on_commit(lambda: send_letter.hint(letter.pk), robust=True)
