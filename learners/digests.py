"""« Le point de la semaine »: on Monday morning, what matters in the cohorts that somebody leads.

Figures are those of the board, of its list of people to contact and of the forecast of reminders. The words are those
of the moment at which the letter is written; it is written when it may leave, so that it leaves at once.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from courses.typography import folded
from learners import access, addresses, contacts, emails, forecasts, letters, subscriptions
from learners.departures import WEEK, Reader, departure
from learners.models import Answer, Cohort, CohortLead, CohortSession, Letter, User
from learners.reporting import Row, Status, board_of
from learners.rules import at_hour

Kind = Letter.Kind
# The longest that days of rest, or a clock that is away, may delay a Monday morning.
CAUGHT_UP = timedelta(days=3)
NAMED = 3
NOTHING = "rien à dire cette semaine"


@dataclass(frozen=True)
class Point:
    """What is said of one cohort: today, in the week that ends, and in the week to come."""

    cohort: Cohort
    stalled: int
    first: list[contacts.Suggestion]
    finished: list[Row]
    awaiting: int
    sessions: list[CohortSession]
    reminders: int

    @property
    def tells(self):
        """Whether there is anything to say."""
        return any((self.stalled, self.first, self.finished, self.awaiting, self.sessions, self.reminders))


def points(person, *, now):
    """The Points of the cohorts that this person leads, that run and have learners: who needs help first, first.

    Three queries, and for each cohort those of its board, of its people to contact and of its forecast.
    """
    led = Cohort.objects.filter(leads__person=person).select_related("track")
    running = [one for one in led if one.closes_on is None or now.astimezone(one.zone).date() <= one.closes_on]
    awaiting, sessions = _awaiting(person, running), _sessions(running, now=now)
    found = (_point(one, awaiting.get(one.pk, 0), sessions.get(one.pk, []), now=now) for one in running)
    return sorted((one for one in found if one), key=lambda one: (-one.stalled, folded(one.cohort.name), one.cohort.pk))


def _awaiting(person, cohorts):
    """How many answers wait for this person in each of these cohorts. One query."""
    waiting = Answer.objects.awaiting().filter(access.reviewable_by(person), attempt__enrolment__cohort__in=cohorts)
    return dict(waiting.order_by().values_list("attempt__enrolment__cohort").annotate(Count("pk")))


def _sessions(cohorts, *, now):
    """The sessions of these cohorts in the seven days to come, by cohort. One query."""
    found: dict[int, list[CohortSession]] = {}
    rows = CohortSession.objects.filter(cohort__in=cohorts, starts_at__gte=now, starts_at__lt=now + WEEK)
    for one in rows.select_related("step").order_by("starts_at", "pk"):
        found.setdefault(one.cohort_id, []).append(one)
    return found


def _point(cohort, awaiting, sessions, *, now):
    """The Point of this cohort, or None for one without learners."""
    board = board_of(cohort, now=now)
    if not board.rows:
        return None
    today, _resting = contacts.people_to_contact(cohort, board, now=now)
    return Point(
        cohort=cohort,
        stalled=board.count(Status.STALLED),
        first=today[:NAMED],
        finished=[row for row in board.rows if row.finished_at and now - WEEK < row.finished_at <= now],
        awaiting=awaiting,
        sessions=sessions,
        reminders=sum(one.leaves_at < now + WEEK for one in forecasts.coming(cohort, board.outline, now=now)),
    )


def compose(person, found, *, unsubscribe_url):
    """The letter that says these Points to this person."""
    return emails.digest(person, [_said(one) for one in found if one.tells], unsubscribe_url=unsubscribe_url)


def _said(point):
    """What the letter says of a cohort, each thing with the page where one does something about it."""
    cohort = point.cohort
    board = emails.absolute(cohort.get_absolute_url())

    def page(name, *keys):
        return emails.absolute(reverse(f"lms:{name}", args=[cohort.pk, *keys]))

    return {
        "name": cohort.name,
        "track": cohort.track.title,
        "url": board,
        "stalled": point.stalled,
        "stalled_url": f"{board}?statut={Status.STALLED}#personnes",
        "first": [
            {
                "name": one.name,
                "reason": f"{one.words}, adresse qui ne répond pas" if one.unreachable else one.words,
                "url": page("contact", one.enrolment_pk),
            }
            for one in point.first
        ],
        "finished": [row.name for row in point.finished[:NAMED]],
        "more": max(len(point.finished) - NAMED, 0),
        "finished_url": page("cohort_attestations"),
        "awaiting": point.awaiting,
        "reviews_url": emails.absolute(reverse("lms:reviews")),
        "sessions": [
            {"title": one.step.title, "when": at_hour(one.starts_at, cohort.zone), "url": page("register", one.step_id)}
            for one in point.sessions
        ],
        "reminders": point.reminders,
        "reminders_url": page("cohort_reminders"),
    }


# ---------------------------------------------------------------- Monday morning


def write_due(*, now):
    """Write what somebody's Monday morning asks for, once a week for each. Returns how many were written.

    Without anything to say, the letter is given up as soon as written: it is not asked again on Tuesday.
    """
    return sum(_write(person, key, now=now) for person, key in _this_morning(now))


def _this_morning(now):
    """Whom it is time to tell, with the key of their letter: once for each ISO week. Three queries."""
    leads = CohortLead.objects.values("person")
    people = User.objects.filter(pk__in=leads, is_active=True).select_related("letter_choices").order_by("pk")
    refusing = subscriptions.refusals_of(Kind.DIGEST).values("person")
    willing = list(people.exclude(pk__in=refusing).exclude(pk__in=addresses.failing()))
    latest = subscriptions.latest_led([one.pk for one in willing])
    keys = {one: _key(one, latest[one.pk], now=now) for one in willing}
    known = set(Letter.objects.filter(key__in=[key for key in keys.values() if key]).values_list("key", flat=True))
    return [(person, key) for person, key in keys.items() if key and key not in known]


def _key(person, cohort, *, now):
    """The key of the letter that this person may receive now; empty at any other time than their Monday morning."""
    territory, policy = subscriptions.territory_of(person, cohort), subscriptions.policy()
    today = now.astimezone(territory.zone).date()
    monday = today - timedelta(days=today.weekday())
    opens = datetime.combine(monday, time(policy.opens), tzinfo=territory.zone)
    if not opens <= now < opens + CAUGHT_UP:
        return ""
    waits = departure(Kind.DIGEST, now=now, reader=Reader(territory=territory), policy=policy).reason
    return "" if waits else f"digest:{person.pk}:{monday:%G-W%V}"


def _write(person, key, *, now):
    """Whether this person has something to read; then it is written."""
    found = points(person, now=now)
    if not any(one.tells for one in found):
        letters.give_up(kind=Kind.DIGEST, person=person, key=key, at=now, reason=NOTHING)
        return False
    composed = compose(person, found, unsubscribe_url=subscriptions.address_to_stop(person.pk, Kind.DIGEST))
    with transaction.atomic():
        letters.write(
            kind=Kind.DIGEST,
            person=person,
            key=key,
            due_at=now,
            subject=composed.subject,
            text=composed.text,
            html=composed.html,
        )
    return True
