"""When a letter may leave: a pure function of its kind, of what the person chose and received, and of the moment.

Asked when a letter is about to leave and when one looks ahead. Days and hours are those of the wall where the
person lives, so that eight o'clock stays eight o'clock across a change of clocks and across an ocean.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import holidays

from courses.typography import FIXED, jour
from learners.models import Letter, Territory

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SUNDAY = 6
# From any moment, the next permitted one is days away, not years; only a long pause is further.
FURTHEST = 1_000

Kind = Letter.Kind
# Told at once, by day and by night: somebody has just asked for it, or a person chose its hour.
AT_ONCE = frozenset({Kind.ACCOUNT, Kind.WELCOME, Kind.SEAT, Kind.CERTIFICATE, Kind.MESSAGE, Kind.TRIAL})
# What a machine decides to say, and what may be too much: the days of rest, the pause and the week's share hold.
OPTIONAL = frozenset({Kind.REMINDER})
# For those who work here: their days of rest hold, and nothing else.
STAFF = frozenset({Kind.TASK, Kind.DIGEST})


@dataclass(frozen=True)
class Policy:
    """The rules of the house. ``per_week`` is how many optional letters one person gets in seven days, in all."""

    opens: int = 8
    closes: int = 20
    every_day: bool = False
    per_week: int = 2


@dataclass(frozen=True)
class Reader:
    """What is to be known of the person: where they live, what they asked for, and the optional letters they got.

    ``received`` are moments of the last weeks, in any order.
    """

    territory: Territory = Territory.METROPOLE
    no_reminder_before: date | None = None
    received: Sequence[datetime] = field(default=())

    @property
    def zone(self):
        """The hour on their wall."""
        return self.territory.zone


@dataclass(frozen=True)
class Departure:
    """The first moment at which a letter may leave, and in French why not before; no reason means now."""

    at: datetime
    reason: str = ""


def departure(kind, *, now, reader, policy, counted=True):
    """The Departure of a letter of this kind that would leave now.

    ``counted`` is False for a letter that keeps an appointment: the share of the week does not stop it.
    """
    if kind in AT_ONCE:
        return Departure(now)
    moment = now
    reasons: list[str] = []
    for _ in range(FURTHEST):
        wait = _wait(kind, moment, reader, policy, counted=counted)
        if wait is None:
            return Departure(moment, ", ".join(dict.fromkeys(reasons)))
        moment = wait.at
        reasons.append(wait.reason)
    raise ValueError(reader.no_reminder_before)


def _wait(kind, moment, reader, policy, *, counted):
    """What keeps a letter from leaving at that moment, and until when; None if nothing does."""
    waits: tuple = (_night(moment, reader, policy),)
    if kind in OPTIONAL:
        waits = (_pause(moment, reader, policy), *waits)
        if counted:
            waits = (*waits, _share(moment, reader, policy))
    if kind in OPTIONAL or kind in STAFF:
        waits = (*waits, _rest(moment, reader, policy))
    return next((one for one in waits if one), None)


def _pause(moment, reader, policy):
    """Somebody asked for silence until a day."""
    until = reader.no_reminder_before
    if until is None or moment.astimezone(reader.zone).date() >= until:
        return None
    return Departure(_opening(until, reader, policy), f"pas de rappel avant le {jour(until)}, à sa demande")


def _night(moment, reader, policy):
    """Nobody is woken up."""
    local = moment.astimezone(reader.zone)
    if policy.opens <= local.hour < policy.closes:
        return None
    day = local.date() if local.hour < policy.opens else local.date() + DAY
    return Departure(_opening(day, reader, policy), f"la nuit ({policy.closes}{FIXED}h à {policy.opens}{FIXED}h)")


def _share(moment, reader, policy):
    """Enough is enough: the share of the last seven days is used up."""
    lately = sorted(one for one in reader.received if moment - WEEK < one <= moment)
    if len(lately) < policy.per_week:
        return None
    return Departure(lately[-policy.per_week] + WEEK, f"déjà {len(lately)} en sept jours")


def _rest(moment, reader, policy):
    """Sundays and public holidays are days of rest."""
    day = moment.astimezone(reader.zone).date()
    name = None if policy.every_day else day_of_rest(day, reader.territory)
    return Departure(_opening(day + DAY, reader, policy), name) if name else None


def day_of_rest(day, territory):
    """What makes this a day of rest there, in French; None on any other day."""
    name = holidays_of(territory, day.year).get(day)
    if name:
        return f"jour férié ({name.replace(chr(39), '’')})"
    return "dimanche" if day.weekday() == SUNDAY else None


@cache
def holidays_of(territory, year):
    """The public holidays of this territory in this year: their French names by day."""
    subdivision = None if territory == Territory.METROPOLE else str(territory)
    return dict(holidays.country_holidays("FR", subdiv=subdivision, years=year, language="fr"))


def before_rest(moment, reader, policy):
    """The same hour on the last day that is no day of rest, that day or before: for what must be said in time."""
    local = moment.astimezone(reader.zone)
    while not policy.every_day and day_of_rest(local.date(), reader.territory):
        local -= DAY
    return local.astimezone(UTC)


def _opening(day, reader, policy):
    return datetime.combine(day, time(policy.opens), tzinfo=reader.zone).astimezone(UTC)
