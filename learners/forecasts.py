"""What the clock will write to a cohort in the days to come, and why; one of these may be cancelled or moved."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from learners import delivery, emails, reminders, rule_book, rules, subscriptions
from learners.departures import departure
from learners.errors import ReminderGone
from learners.models import Enrolment, Letter, ReminderRule
from learners.reminders import Due

HORIZON = timedelta(days=14)
FURTHEST_MOVE = timedelta(days=60)
# A letter that somebody moves leaves in the morning of the chosen day.
MORNING = time(9)

Kind = Letter.Kind
APPOINTMENT = ReminderRule.Kind.SESSION


@dataclass(frozen=True)
class Coming:
    """One reminder to come: when its rule asks for it, when it leaves, and why later if it does.

    ``due`` is None once the letter is written: it then waits for its hour. ``again`` counts the times before it.
    """

    enrolment: Enrolment
    rule: ReminderRule | None
    key: str
    why: str
    planned_at: datetime
    leaves_at: datetime
    postponed: str = ""
    due: Due | None = None
    letter: Letter | None = None
    again: int = 0

    @property
    def changeable(self):
        """Whether it may be cancelled or moved today: a repetition waits for the first time to be said."""
        return not self.again


def coming(cohort, outline, *, now):
    """The Comings of this cohort until the horizon, the first to leave first.

    As many queries as rules in service, and four: the rules, the letters that wait, and two about the readers.
    """
    if outline is None:
        return []
    until = now + HORIZON
    dues = [one for held in rule_book.held_for(cohort) for one in reminders.due(held, outline, now=now, until=until)]
    planned = [*_waiting(cohort, now=now), *_in_turn(dues, now=now, until=until)]
    planned.sort(key=lambda one: (one.planned_at, one.rule.place if one.rule else 0, one.enrolment.pk))
    return sorted(_leaving(planned, cohort, now=now, until=until), key=lambda one: (one.leaves_at, one.key))


def _waiting(cohort, *, now):
    """The reminders that are written and wait for their hour."""
    rows = Letter.objects.waiting().filter(kind=Kind.REMINDER, enrolment__cohort=cohort)
    for letter in rows.select_related("person", "enrolment__person", "enrolment__cohort", "rule"):
        yield Coming(
            enrolment=letter.enrolment,
            rule=letter.rule,
            key=letter.key,
            why=rules.summary(letter.rule) if letter.rule else "rappel déjà écrit",
            planned_at=max(letter.postponed_until or letter.due_at, now),
            leaves_at=max(letter.postponed_until or letter.due_at, now),
            postponed=letter.postponed_reason,
            letter=letter,
        )


def _in_turn(dues, *, now, until):
    """What these Dues become: a silence belongs to the first rule that speaks of it, which may repeat itself."""
    spoken: dict[int, Due] = {}
    for one in sorted(dues, key=lambda one: (max(one.at, now), one.rule.place, one.rule.pk)):
        if one.rule.kind not in ReminderRule.SILENCES:
            yield _planned(one, max(one.at, now))
        elif one.enrolment.pk not in spoken:
            spoken[one.enrolment.pk] = one
            first = max(one.at, now)
            yield _planned(one, first)
            for again in range(1, one.rule.times - one.times + 1):
                at = first + again * timedelta(days=one.rule.every)
                if at <= until:
                    yield replace(_planned(one, at), again=again, key=f"{one.key}+{again}")


def _planned(one, at):
    return Coming(
        enrolment=one.enrolment,
        rule=one.rule,
        key=one.key,
        why=rules.why(one.rule.kind, one.facts, at),
        planned_at=at,
        leaves_at=at,
        due=one,
    )


def _leaving(planned, cohort, *, now, until):
    """When each of these leaves, asked in their order: what leaves first counts for what follows."""
    people = list({one.enrolment.person_id: (one.enrolment.person_id, cohort) for one in planned}.values())
    found = subscriptions.readers(people, now=now) if people else {}
    policy = subscriptions.policy()
    for one in planned:
        reader = found[one.enrolment.person_id]
        counted = one.rule is None or one.rule.kind != APPOINTMENT
        leaves = departure(Kind.REMINDER, now=one.planned_at, reader=reader, policy=policy, counted=counted)
        if leaves.at > until or _too_late(one, leaves.at):
            continue
        found[one.enrolment.person_id] = replace(reader, received=[*reader.received, leaves.at])
        yield replace(one, leaves_at=leaves.at, postponed=leaves.reason or one.postponed)


def _too_late(one, moment):
    """Whether the rule will hold no more at that moment."""
    if one.due is None:
        return False
    window = rules.window(one.rule.kind, one.rule.delay, one.due.facts)
    return window.closes is not None and moment >= window.closes


def find(cohort, outline, key, *, now):
    """The Coming with that key; raises ReminderGone when it is no longer to come, or cannot be changed."""
    found = next((one for one in coming(cohort, outline, now=now) if one.key == key and one.changeable), None)
    if found is None:
        raise ReminderGone
    return found


def cancel(found, *, by, at):
    """Give up one reminder to come; who did it is kept. It does not come back for the same cause."""
    _change(found, at=at, dropped_at=at, dropped_reason=f"annulé par {by}"[:120])


def move(found, *, day, by, at):
    """Send one reminder on another day, in the morning of its reader; who did it is kept."""
    zone = subscriptions.territory_of(found.enrolment.person, found.enrolment.cohort).zone
    until = max(datetime.combine(day, MORNING, tzinfo=zone), at)
    _change(found, at=at, postponed_until=until, postponed_reason=f"déplacé par {by}"[:200])


def _change(found, *, at, **fields):
    """Write the letter before its time if need be, then change it, unless somebody is sending it."""
    with transaction.atomic():
        letter = found.letter or reminders.write(found.due, at=at)[0]
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=at)
        if not Letter.objects.waiting().filter(free, pk=letter.pk).update(**fields):
            raise ReminderGone


def preview(found, outline, *, now):
    """The words of one reminder, as its reader would receive it."""
    if found.letter:
        return delivery.compose(found.letter, now=now)[0]
    return delivery.reminder_of(
        found.rule,
        found.enrolment,
        outline,
        session=_session(found.enrolment),
        now=found.leaves_at,
        unsubscribe_url=emails.absolute("/"),
    )


def _session(row):
    """The session of a row that was found with one, or None."""
    pk = getattr(row, "session_pk", None)
    return row.cohort.sessions.select_related("step").filter(pk=pk).first() if pk else None
