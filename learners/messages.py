"""What a manager writes to a cohort, or to some of it: edited until its hour, then one letter each."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Count, Q

from learners import letters, places
from learners.errors import MessageCancelled, MessageGone, UnfitMessage
from learners.models import Cohort, Enrolment, Letter, Message

# What the columns hold.
LONGEST_SUBJECT = 150
LONGEST_TEXT = 5_000


def compose(*, cohort, by, subject, text, due_at, at, recipients=None, drafted_at=None):
    """The message that this person writes to the cohort; it leaves at once when it is due.

    ``recipients`` are enrolments of the cohort; None stands for everybody who will be there at its hour.
    ``drafted_at`` is the moment at which its form was made: one person, one cohort and one draft make one
    message, however often the form is sent.
    """
    subject, text = fit(subject, text)
    with transaction.atomic():
        # Serialises two clicks on one form.
        Cohort.objects.select_for_update().get(pk=cohort.pk)
        message, created = Message.objects.get_or_create(
            cohort=cohort,
            author=by,
            created_at=drafted_at or at,
            defaults={"subject": subject, "text": text, "due_at": due_at, "to_everybody": recipients is None},
        )
        if created and recipients is not None:
            message.recipients.set(Enrolment.objects.filter(cohort=cohort, pk__in=[one.pk for one in recipients]))
            if not message.recipients.exists():
                raise UnfitMessage("Ce message n’a aucun destinataire.")
        write(message_pk=message.pk, now=at)
    message.refresh_from_db()
    return message


def edit(*, message_pk, subject, text, due_at, at):
    """Change the words and the hour of a message that has not left."""
    subject, text = fit(subject, text)
    with transaction.atomic():
        message = scheduled(message_pk)
        message.subject, message.text, message.due_at = subject, text, due_at
        message.save(update_fields=["subject", "text", "due_at"])
        write(message_pk=message_pk, now=at)
    message.refresh_from_db()
    return message


def cancel(*, message_pk, at):
    """Give up a message that has not left. Safe to repeat."""
    with transaction.atomic():
        try:
            message = scheduled(message_pk)
        except MessageCancelled:
            return
        message.cancelled_at = at
        message.save(update_fields=["cancelled_at"])


def write_due(*, now):
    """Turn the messages whose hour has come into letters. Returns how many letters were written."""
    due = Message.objects.due(now).order_by("due_at", "pk").values_list("pk", flat=True)
    return sum(write(message_pk=pk, now=now) for pk in list(due))


def write(*, message_pk, now):
    """One letter for each recipient, if the hour of this message has come. Returns how many.

    Behind the lock of its row: a second clock finds it written.
    """
    with transaction.atomic():
        message = Message.objects.due(now).select_for_update(of=("self",)).filter(pk=message_pk).first()
        if message is None:
            return 0
        readers = recipients_of(message).select_related("person").order_by("pk").iterator(chunk_size=500)
        keys = ((f"message:{message.pk}:{one.pk}", one) for one in readers)
        count = letters.write_to_all(kind=Letter.Kind.MESSAGE, keys=keys, due_at=message.due_at)
        message.written_at = now
        message.save(update_fields=["written_at"])
    return count


def reachable(cohort):
    """Whom a message to this cohort reaches: active enrolments of open accounts, staff left out as on the board."""
    return Enrolment.objects.active().filter(cohort=cohort, person__is_active=True, person__is_staff=False)


def recipients_of(message):
    """Whom this message reaches today: somebody who left, or moved to another cohort, is no longer written to."""
    found = reachable(message.cohort_id)
    return found if message.to_everybody else found.filter(messages=message)


@dataclass(frozen=True)
class Post:
    """What became of the letters of a message."""

    sent: int
    waiting: int
    dropped: int


def posts_of(found):
    """The Post of each of these messages, by primary key. One query."""
    mine = {one.pk: Q(key__startswith=f"message:{one.pk}:") for one in found}
    if not mine:
        return {}
    states = {
        "sent": Q(sent_at__isnull=False),
        "waiting": Q(sent_at__isnull=True, dropped_at__isnull=True),
        "dropped": Q(dropped_at__isnull=False),
    }
    rows = Letter.objects.filter(reduce(or_, mine.values()), kind=Letter.Kind.MESSAGE)
    counts = rows.aggregate(
        **{
            f"{state}_{pk}": Count("pk", filter=own & condition)
            for pk, own in mine.items()
            for state, condition in states.items()
        }
    )
    return {pk: Post(**{state: counts[f"{state}_{pk}"] for state in states}) for pk in mine}


def scheduled(message_pk):
    """The message, locked until the end of the transaction; refuses one that left or was given up."""
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_pk)
    if message.written_at is not None:
        raise MessageGone
    if message.cancelled_at is not None:
        raise MessageCancelled
    return message


def fit(subject, text):
    """The words as they are kept; refuses those that could not leave."""
    subject, text = " ".join(subject.split()), text.replace("\r\n", "\n").strip()
    if not subject or not text:
        raise UnfitMessage("Un message a un objet et un texte.")
    if len(subject) > LONGEST_SUBJECT or len(text) > LONGEST_TEXT:
        raise UnfitMessage("Ce message est trop long.")
    unknown = places.unknown_places(f"{subject}\n{text}")
    if unknown:
        raise UnfitMessage(
            f"« {unknown[0]} » ne sera pas remplacé. Entre accolades, écrivez seulement {_enumerated(places.PLACES)}."
        )
    return subject, text


def _enumerated(words):
    """« a, b ou c »."""
    return f"{', '.join(words[:-1])} ou {words[-1]}"
