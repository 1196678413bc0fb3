"""Trying a rule before it is switched on: to whom it would have written in the last month."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from courses.typography import folded
from learners import rules, subscriptions
from learners.models import Attempt, CohortSession, Completion, Enrolment, Letter, ReminderRule

MONTH = timedelta(days=30)
Kind = ReminderRule.Kind


@dataclass(frozen=True)
class Hit:
    """Somebody to whom the rule would have written, when and why."""

    enrolment: Enrolment
    at: datetime
    why: str


def rehearse(rule, cohort, outline, *, now):
    """The Hits of this rule, saved or not, in this cohort during the last month, the latest first. Four queries.

    Each stretch between two signs of activity is looked at as it was then, without what followed.
    """
    if outline is None or rule.kind == Kind.REVIEWS:
        return []
    people = (
        Enrolment.objects.active()
        .filter(cohort=cohort, person__is_active=True, person__is_staff=False)
        .exclude(person__in=subscriptions.refusals_of(Letter.Kind.REMINDER).values("person"))
        .select_related("person__letter_choices", "cohort")
    )
    done, tried = _moments(Completion, cohort, "step_id", "completed_at"), _moments(Attempt, cohort, "pk", "opened_at")
    sessions = list(CohortSession.objects.filter(cohort=cohort).select_related("step"))
    hits = [
        hit
        for row in people
        for hit in _hits(rule, row, outline, done.get(row.pk, []), tried.get(row.pk, []), sessions, now=now)
    ]
    return sorted(hits, key=lambda hit: (-hit.at.timestamp(), folded(str(hit.enrolment.person))))


def _moments(model, cohort, *columns):
    found: dict[int, list] = {}
    for enrolment, *values in model.objects.filter(enrolment__cohort=cohort).values_list("enrolment", *columns):
        found.setdefault(enrolment, []).append(values)
    return found


def _hits(rule, row, outline, done, tried, sessions, *, now):
    begun = row.could_begin_at
    active = sorted({row.enrolled_at, row.last_activity_at, *(at for _, at in done), *(at for _, at in tried)})
    silent = rule.kind in ReminderRule.SILENCES
    stretches = zip(active, [*active[1:], now], strict=True) if silent else [(row.last_activity_at, now)]
    for last, until in stretches:
        before = {step for step, at in done if at <= last} if silent else {step for step, _ in done}
        finished = row.completed_at if row.completed_at and (not silent or row.completed_at <= last) else None
        facts = rules.Facts(
            begun=begun,
            last=last,
            started=bool(before) or any(at <= last for _, at in tried),
            done=len(before & outline.required_ids),
            total=len(outline.required),
            finished_at=finished,
            closes_on=row.cohort.closes_on,
            zone=subscriptions.territory_of(row.person, row.cohort).zone,
        )
        for one in _about(rule, facts, sessions):
            window = rules.window(rule.kind, rule.delay, one)
            if window and now - MONTH <= window.opens < min(until, now):
                yield Hit(row, window.opens, rules.why(rule.kind, one, window.opens))


def _about(rule, facts, sessions):
    """These Facts, or those of each session."""
    if rule.kind != Kind.SESSION:
        return [facts]
    return [
        rules.Facts(**{**vars(facts), "session_at": one.starts_at, "session_title": one.step.title}) for one in sessions
    ]
