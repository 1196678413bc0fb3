"""What a person accepts to receive, and the links that change it without signing in."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from learners.models import Letter, OptOut

# Kinds that a person may refuse; the others belong to something that they asked for.
REFUSABLE = (Letter.Kind.REMINDER,)

SALT = "learners.letters.unsubscribe"


def refuses(person, kind):
    """Whether this person opted out of that kind of letter."""
    return kind in REFUSABLE and OptOut.objects.filter(person=person, kind=kind).exists()


def token_for(person_pk, kind):
    """The signed token of the links that stop one kind of letter for one person. Never expires."""
    return signing.dumps([person_pk, kind], salt=SALT)


def read_token(token):
    """The (person primary key, kind) of a token, or None for a forged one."""
    try:
        person_pk, kind = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return person_pk, kind


def unsubscribe_url(letter):
    """The address at which one POST stops this kind of letter for this person; empty if it cannot be refused."""
    if letter.kind not in REFUSABLE or letter.person_id is None:
        return ""
    return settings.SITE_URL + reverse("lms:unsubscribe", args=[token_for(letter.person_id, letter.kind)])


def opt_out(*, person_pk, kind, at):
    """Stop this kind of letter for this person. Safe to repeat."""
    OptOut.objects.get_or_create(person_id=person_pk, kind=kind, defaults={"opted_out_at": at})


def opt_in(*, person_pk, kind):
    """Receive this kind of letter again. Safe to repeat."""
    OptOut.objects.filter(person_id=person_pk, kind=kind).delete()
