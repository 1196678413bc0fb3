"""Whom the clock writes to, and about what: each rule finds its people with one query.

The query brings those who could be concerned until a moment; ``rules.window`` decides. The sweep asks about now, the
forecast about days to come.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from courses.outline import Outline, outlines
from learners import access, addresses, letters, rule_book, rules, subscriptions
from learners.departures import Reader, before_rest
from learners.models import Answer, Attempt, CohortLead, Completion, Enrolment, Letter, ReminderRule, User
from learners.records import JSONList

Kind = ReminderRule.Kind
DAY = timedelta(days=1)
# Days of different lengths: the query looks that much further, and the window decides.
SLACK = timedelta(hours=3)


@dataclass(frozen=True)
class Due:
    """Somebody whom a rule concerns, and from when on; ``key`` is that of the letter, ``times`` which one it is."""

    rule: ReminderRule
    enrolment: Enrolment
    facts: rules.Facts
    at: datetime
    key: str
    times: int = 1
    said_at: datetime | None = field(default=None, repr=False)

    @property
    def why(self):
        """The reason, in French."""
        return rules.why(self.rule.kind, self.facts, self.at)


def due(held, outline: Outline, *, now, until=None):
    """The Due of this rule, from now until that moment (now, unless one looks ahead). One query.

    Leaves out who refuses reminders, who works here, whose account is closed, and who was already told. A missed
    night is caught up.
    """
    rule, until = held.rule, until or now
    if rule.kind == Kind.REVIEWS or not outline.steps:
        return
    people = (
        held.reach(Enrolment.objects.active())
        .filter(person__is_active=True, person__is_staff=False)
        .exclude(person__in=subscriptions.refusals_of(Letter.Kind.REMINDER).values("person"))
        .exclude(person__in=addresses.failing())
        .select_related("person__letter_choices", "cohort")
        .annotate(done=done_in(outline), started=Exists(_of_this(Completion)) | Exists(_of_this(Attempt)))
    )
    for row in FINDERS[rule.kind](people, rule, outline, now=now, until=until).iterator(chunk_size=500):
        found = _due(rule, row, outline, now=now)
        if found and found.at <= until:
            yield found


def write_due(*, now):
    """Write the reminders that are due, one transaction each. Returns how many were written."""
    written = 0
    tracks = outlines()
    rule_book.ensure(tracks, at=now)
    book = rule_book.held([one.pk for one in tracks])
    for outline in tracks:
        for held in book[outline.pk]:
            written += sum(write(one, at=now)[1] for one in due(held, outline, now=now))
    return written + write_reviews_due(now=now)


def write_reviews_due(*, now):
    """Tell those who review that answers wait, once a week at most for each track. Returns how many were told.

    One query finds the answers of every rule; who leads the cohort is told, else who writes the track.
    """
    told = 0
    for rule in ReminderRule.objects.on().filter(kind=Kind.REVIEWS).select_related("track", "cohort"):
        for person in _who_reviews(rule, now=now):
            key = f"reviews:{person.pk}:{rule.track_id}:{now:%G-W%V}"
            if Letter.objects.filter(key=key).exists():
                continue
            letters.write(kind=Letter.Kind.TASK, person=person, rule=rule, key=key, due_at=now)
            told += 1
    return told


def _who_reviews(rule, *, now):
    """Those whom the answers of this rule wait for, and who want to know."""
    waiting = Answer.objects.awaiting().filter(
        attempt__submitted_at__lte=now - rule.delay * DAY,
        attempt__enrolment__track=rule.track_id,
        attempt__enrolment__withdrawn_at__isnull=True,
    )
    if rule.cohort_id:
        waiting = waiting.filter(attempt__enrolment__cohort=rule.cohort_id)
    else:
        own = ReminderRule.objects.filter(kind=Kind.REVIEWS, cohort__isnull=False).values("cohort")
        waiting = waiting.exclude(attempt__enrolment__cohort__in=own)
    cohorts = set(waiting.values_list("attempt__enrolment__cohort", flat=True).distinct())
    leads = CohortLead.objects.filter(cohort__in=cohorts - {None})
    whom = Q(pk__in=leads.values("person"))
    if cohorts - set(leads.values_list("cohort", flat=True)):
        pages = rule.track.get_ancestors(inclusive=True).values("pk")
        whom |= Q(groups__in=access.writing().filter(page__in=pages).values("group"))
    refusing = subscriptions.refusals_of(Letter.Kind.TASK).values("person")
    reached = User.objects.filter(whom, is_active=True).exclude(pk__in=refusing).exclude(pk__in=addresses.failing())
    return reached.distinct()


def write(found: Due, *, at, **fields):
    """The letter of this Due, and whether it was written now: (letter, created)."""
    with transaction.atomic():
        known = Letter.objects.filter(key=found.key).first()
        if known:
            return known, False
        letter = letters.write(
            kind=Letter.Kind.REMINDER,
            person=found.enrolment.person,
            enrolment=found.enrolment,
            rule=found.rule,
            key=found.key,
            due_at=at,
            **fields,
        )
    return letter, True


# ---------------------------------------------------------------- who could be concerned


def _of_this(model):
    return model.objects.filter(enrolment=OuterRef("pk"))


def done_in(outline):
    """How many required steps of this track an enrolment has done, as an annotation."""
    done = _of_this(Completion).filter(step__in=outline.required_ids).order_by().values("enrolment")
    return Coalesce(Subquery(done.annotate(count=Count("pk")).values("count")), 0)


def _told(kind=None, **more):
    """The reminders of this enrolment, of this kind of rule."""
    told = Letter.objects.filter(enrolment=OuterRef("pk"), kind=Letter.Kind.REMINDER, **more).order_by()
    return told.filter(rule__kind=kind) if kind else told


def _silent(people, rule):
    """Who was not told of this silence by another rule, nor often enough by this one."""
    spoken = _told(due_at__gte=OuterRef("last_activity_at"))
    own = spoken.filter(rule__kind=rule.kind).values("enrolment")
    events = [kind for kind in Kind if kind not in ReminderRule.SILENCES]
    others = spoken.exclude(rule__kind=rule.kind).exclude(rule__kind__in=events)
    return (
        people.unfinished()
        .exclude(Exists(others))
        .annotate(
            said=Coalesce(Subquery(own.annotate(count=Count("pk")).values("count")), 0),
            said_at=Subquery(own.annotate(latest=Max("due_at")).values("latest")),
        )
        .filter(said__lt=rule.times)
    )


def _recent(rule, column, delay):
    """Not those whose turn came long before the rule was in service; a cohort may have opened since."""
    oldest = rule.on_since - rules.LOOK_BACK - delay - SLACK
    return Q(**{f"{column}__gte": oldest}) | Q(cohort__opens_on__gte=oldest.date())


def _inactive(people, rule, outline, *, now, until):
    delay = rule.delay * DAY
    return _silent(people, rule).filter(
        _recent(rule, "last_activity_at", delay), last_activity_at__lte=until - delay + SLACK
    )


def _last_step(people, rule, outline, *, now, until):
    return _inactive(people, rule, outline, now=now, until=until).filter(done=len(outline.required) - 1, done__gt=0)


def _not_started(people, rule, outline, *, now, until):
    delay = rule.delay * DAY
    found = _silent(people, rule).filter(_recent(rule, "enrolled_at", delay), started=False)
    return found.filter(enrolled_at__lte=until - delay + SLACK)


def _week_two(people, rule, outline, *, now, until):
    delay = max(rule.delay * DAY, rules.WEEK)
    oldest = now - delay - rules.WEEK_TWO_ENDS - SLACK
    week = rules.WEEK + DAY

    def soon_after(column):
        end = ExpressionWrapper(F(column) + Value(week), output_field=DateTimeField())
        return Q(last_activity_at__lt=end)

    return _silent(people, rule).filter(
        Q(enrolled_at__gte=oldest) | Q(cohort__opens_on__gte=oldest.date()),
        soon_after("enrolled_at") | soon_after("cohort__opens_on"),
        enrolled_at__lte=until - delay + SLACK,
        last_activity_at__lte=until - delay + week,
        started=True,
    )


def _closing(people, rule, outline, *, now, until):
    day = Cast("cohort__closes_on", CharField())
    key = Concat(Value("reminder:"), Cast("pk", CharField()), Value(":closing:"), day, output_field=CharField())
    return (
        people.unfinished()
        .annotate(key=key)
        .filter(
            cohort__closes_on__gte=(now - DAY).date(),
            cohort__closes_on__lte=(until + (rule.delay + REST) * DAY).date(),
        )
        .exclude(Exists(Letter.objects.filter(key=OuterRef("key"))))
    )


def _session(people, rule, outline, *, now, until):
    told = _told(Kind.SESSION).values("enrolment").annotate(found=JSONList("key"))
    return people.filter(
        cohort__sessions__starts_at__gt=now,
        cohort__sessions__starts_at__lte=until + (rule.delay + REST) * DAY,
    ).annotate(
        session_pk=F("cohort__sessions__pk"),
        session_at=F("cohort__sessions__starts_at"),
        session_title=F("cohort__sessions__step__title"),
        told=Subquery(told.values("found")),
    )


def _later(people, rule, outline, *, now, until):
    oldest = max(now - rules.LATER_ENDS, rule.on_since - rules.LOOK_BACK) - 31 * rule.delay * DAY
    return people.filter(
        completed_at__gte=oldest - SLACK, completed_at__lte=until - 28 * rule.delay * DAY + SLACK
    ).exclude(Exists(_told(Kind.LATER, rule__delay=rule.delay)))


# At most so many days of rest follow each other; what must be said in time is said before them.
REST = 4
FINDERS = {
    Kind.INACTIVE: _inactive,
    Kind.LAST_STEP: _last_step,
    Kind.NOT_STARTED: _not_started,
    Kind.WEEK_TWO: _week_two,
    Kind.CLOSING: _closing,
    Kind.SESSION: _session,
    Kind.LATER: _later,
}


# ---------------------------------------------------------------- who is concerned, and when


def _due(rule, row, outline, *, now):
    """The Due of this row, or None: what it says of the person decides, not the query that found it."""
    facts = facts_of(row, outline)
    window = rules.window(rule.kind, rule.delay, facts)
    if window is None or (window.closes and window.closes <= now):
        return None
    if window.opens < rule.on_since - rules.LOOK_BACK:
        return None
    key, times, said_at = key_of(rule, row), 1, None
    opens = window.opens
    if rule.kind in ReminderRule.SILENCES:
        times, said_at = row.said + 1, row.said_at
        if said_at:
            opens = said_at.astimezone(facts.zone) + rule.every * DAY
    elif rule.kind != Kind.LATER:
        reader = Reader(territory=subscriptions.territory_of(row.person, row.cohort))
        opens = before_rest(opens, reader, subscriptions.policy())
    if rule.kind == Kind.SESSION and key in (row.told or ()):
        return None
    return Due(rule, row, facts, opens.astimezone(UTC), key, times, said_at)


def key_of(rule, row):
    """The key of this reminder to this person: a second sweep, or a second clock, meets the same row.

    A learner who comes back and falls silent again begins another silence; a session that moves is another one.
    """
    start = f"reminder:{row.pk}:"
    match rule.kind:
        case Kind.SESSION:
            return f"{start}session:{row.session_pk}:{row.session_at:%Y%m%d%H%M}:{rule.delay}"
        case Kind.CLOSING:
            return f"{start}closing:{row.cohort.closes_on:%Y-%m-%d}"
        case Kind.LATER:
            return f"{start}later:{rule.delay}"
    times = row.said + 1
    # Without the name of the rule: only the first that speaks can write, even between two clocks.
    return f"{start}{row.last_activity_at:%Y%m%d%H%M%S}{f':{times}' if times > 1 else ''}"


def facts_of(row, outline):
    """The Facts of an enrolment that was read by ``due``."""
    zone = subscriptions.territory_of(row.person, row.cohort).zone
    return rules.Facts(
        begun=row.could_begin_at,
        last=row.last_activity_at,
        started=row.started,
        done=row.done,
        total=len(outline.required),
        finished_at=row.completed_at,
        closes_on=row.cohort.closes_on if row.cohort else None,
        session_at=getattr(row, "session_at", None),
        session_title=getattr(row, "session_title", ""),
        zone=zone,
    )
