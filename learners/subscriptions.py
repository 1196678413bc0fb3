"""What a person accepts to receive, where and when; and the links that change it without signing in."""

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from learners.departures import WEEK, Policy, Reader
from learners.models import CohortLead, Letter, LetterChoices, OptOut, Territory

Kind = Letter.Kind
# Kinds that a person may refuse; the others belong to something that they asked for.
REFUSABLE = (Kind.REMINDER, Kind.MESSAGE, Kind.REVIEW, Kind.TASK, Kind.DIGEST)
EVERYTHING = OptOut.EVERYTHING

SALT = "learners.letters.unsubscribe"


def refuses(person, kind):
    """Whether this person opted out of that kind of letter, or of all that may be refused."""
    return kind in REFUSABLE and refusals_of(kind).filter(person=person).exists()


def refusals_of(*kinds):
    """The refusals that stop one of these kinds."""
    return OptOut.objects.filter(kind__in=[*kinds, EVERYTHING])


def refused_by(person):
    """The kinds that this person refuses, EVERYTHING among them. One query."""
    return set(OptOut.objects.filter(person=person).values_list("kind", flat=True))


def choices_of(person):
    """The LetterChoices of this person, or those of whoever never chose. One query."""
    return LetterChoices.objects.filter(person=person).first() or LetterChoices(person=person)


@transaction.atomic
def choose(*, person, refused, territory, no_reminder_before, at):
    """Keep what this person refuses, of what may be refused, and where and when they are reached. Safe to repeat."""
    OptOut.objects.filter(person=person).exclude(kind__in=refused).delete()
    for kind in refused:
        opt_out(person_pk=person.pk, kind=kind, at=at)
    LetterChoices.objects.update_or_create(
        person=person, defaults={"territory": territory, "no_reminder_before": no_reminder_before}
    )


def opt_out(*, person_pk, kind, at):
    """Stop this kind of letter for this person. Safe to repeat."""
    OptOut.objects.get_or_create(person_id=person_pk, kind=kind, defaults={"opted_out_at": at})


def opt_in(*, person_pk, kind):
    """Receive this kind of letter again. Safe to repeat."""
    OptOut.objects.filter(person_id=person_pk, kind=kind).delete()


# ---------------------------------------------------------------- where and when


def policy():
    """The rules of the house, as the installation has them."""
    return Policy(
        opens=settings.LETTERS_FROM_HOUR,
        closes=settings.LETTERS_TO_HOUR,
        every_day=settings.LETTERS_EVERY_DAY,
        per_week=settings.LETTERS_PER_WEEK,
    )


def readers(people, *, now, apart_from=()):
    """The Reader of each of these, given as (person's primary key, cohort or None) pairs. Two queries.

    A reminder that somebody is sending right now counts as received. ``apart_from`` are letters that do not count.
    """
    pks = [pk for pk, _cohort in people]
    chosen = {one.person_id: one for one in LetterChoices.objects.filter(person__in=pks)}
    received: dict[int, list] = {}
    lately = Letter.objects.optional().filter(person__in=pks).exclude(pk__in=apart_from)
    sent = lately.filter(sent_at__gt=now - WEEK).values_list("person_id", "sent_at")
    leaving = lately.waiting().filter(claimed_until__gte=now).values_list("person_id", "claimed_until")
    for person_pk, moment in sent.union(leaving, all=True):
        received.setdefault(person_pk, []).append(min(moment, now))
    return {pk: _reader(chosen.get(pk), cohort, received.get(pk, ())) for pk, cohort in people}


def _reader(chosen, cohort, received):
    pause = chosen.no_reminder_before if chosen else None
    return Reader(territory=_territory(chosen, cohort), no_reminder_before=pause, received=received)


def territory_of(person, cohort):
    """Where this person lives: as they say, else where their cohort is. No query when read with their choices."""
    return _territory(getattr(person, "letter_choices", None), cohort)


def _territory(chosen, cohort):
    if chosen and chosen.territory:
        return Territory(chosen.territory)
    return cohort.territory if cohort else Territory.METROPOLE


def latest_led(people):
    """The latest cohort that each of these leads, by primary key: where it is, they are, unless they say otherwise.

    One query.
    """
    rows = CohortLead.objects.filter(person__in=people).select_related("cohort")
    return {one.person_id: one.cohort for one in rows.order_by("cohort__opens_on", "-cohort")}


# ---------------------------------------------------------------- links


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
    return address_to_stop(letter.person_id, letter.kind)


def address_to_stop(person_pk, kind):
    """The address at which one POST stops this kind of letter for this person."""
    return settings.SITE_URL + reverse("lms:unsubscribe", args=[token_for(person_pk, kind)])
