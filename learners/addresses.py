"""Addresses that do not answer: a server said for good that nothing arrives there.

What is not indispensable is no longer written to such an address. It works again when its owner proves it, by the code
that confirms an address or by the link of a new password; another address is another one.
"""

from learners.models import FailingAddress


def fails(person, address):
    """Whether letters to this person do not arrive at this address. One query."""
    return FailingAddress.objects.filter(person=person, address=address).exists()


def failing():
    """The people whose present address does not answer."""
    return FailingAddress.objects.current().values("person")


def failing_of(person):
    """The FailingAddress of this person's present address, or None. No query when read with the person."""
    found = getattr(person, "failing_address", None)
    return found if found and found.address == person.email else None


def mark_failing(person, *, diagnostic, at):
    """Remember that the present address of this person does not answer. Safe to repeat."""
    FailingAddress.objects.update_or_create(
        person=person, defaults={"address": person.email, "since": at, "diagnostic": diagnostic}
    )


def mark_working(person, address):
    """What was sent to this person at this address has just been read. Safe to repeat."""
    FailingAddress.objects.filter(person=person, address__iexact=address).delete()
