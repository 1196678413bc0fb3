"""The rules of reminders as rows: those of a track, those of a cohort instead, and which hold for whom."""

from dataclasses import dataclass, replace

from django.db import transaction

from learners import rules
from learners.errors import UnfitMessage
from learners.models import Cohort, ReminderRule
from learners.places import unknown_places

Kind = ReminderRule.Kind

# What each public is best told, besides its silence, which its authors count (« relance conseillée »).
ADVISED = {
    "jeunes": ((Kind.LAST_STEP, 4), (Kind.NOT_STARTED, 3), (Kind.WEEK_TWO, 10)),
    "catalyseurs": ((Kind.SESSION, 7), (Kind.SESSION, 1), (Kind.LATER, 3)),
    "chefs-de-projet": (
        (Kind.SESSION, 5),
        (Kind.SESSION, 1),
        (Kind.CLOSING, 2),
        (Kind.LATER, 6),
        (Kind.REVIEWS, 7),
    ),
    "decideurs": ((Kind.SESSION, 1), (Kind.LATER, 1)),
}
USUAL_SILENCE = 10


@dataclass(frozen=True)
class Held:
    """A rule, and for whom it holds: of its track, ``apart_from`` the cohorts that have rules of their own.

    ``only`` narrows it to one cohort, for who looks at that one.
    """

    rule: ReminderRule
    apart_from: frozenset[int] = frozenset()
    only: int | None = None

    def reach(self, enrolments):
        """Those of these enrolments that it may concern."""
        found = enrolments.filter(track_id=self.rule.track_id)
        if self.rule.cohort_id or self.only:
            return found.filter(cohort=self.rule.cohort_id or self.only)
        return found.exclude(cohort__in=self.apart_from) if self.apart_from else found


def ensure(outlines, *, at):
    """Give the advised rules to the tracks among these that never had any. Safe to repeat, and in two clocks.

    They are in service at once, unless the authors of the track want no reminder. Nobody deletes the last rule of a
    track: one switches it off.
    """
    pks = [one.pk for one in outlines]
    known = set(ReminderRule.objects.filter(track__in=pks, cohort__isnull=True).values_list("track_id", flat=True))
    new = [rule for one in outlines if one.pk not in known for rule in _advised(one, at=at)]
    if new:
        ReminderRule.objects.bulk_create(new, ignore_conflicts=True)


def _advised(outline, *, at):
    silence = outline.reminder_after_days
    wanted = (*ADVISED.get(outline.audience, ()), (Kind.INACTIVE, silence or USUAL_SILENCE))
    return [
        ReminderRule(
            track_id=outline.pk,
            kind=kind,
            delay=delay,
            place=rules.USUAL_PLACE[kind],
            on_since=at if silence else None,
        )
        for kind, delay in wanted
    ]


def held(track_pks):
    """The rules in service of these tracks and their cohorts, by track, the first to speak first. One query."""
    rows = list(ReminderRule.objects.filter(track__in=track_pks).select_related("cohort").order_by("place", "pk"))
    found: dict[int, list[Held]] = {pk: [] for pk in track_pks}
    for rule in rows:
        if not rule.on:
            continue
        others: frozenset[int] = frozenset()
        if rule.cohort_id is None:
            same = (one for one in rows if one.track_id == rule.track_id and one.kind == rule.kind)
            others = frozenset(one.cohort_id for one in same if one.cohort_id)
        found[rule.track_id].append(Held(rule, others))
    return found


def held_for(cohort):
    """The rules in service that hold for this cohort, the first to speak first. One query."""
    found = held([cohort.track_id])[cohort.track_id]
    return [
        replace(one, only=cohort.pk)
        for one in found
        if one.rule.cohort_id == cohort.pk or (one.rule.cohort_id is None and cohort.pk not in one.apart_from)
    ]


def page_of(cohort):
    """Every rule that this cohort has, its own or those of its track, in service or not, in order. One query."""
    rows = list(ReminderRule.objects.filter(track=cohort.track_id).order_by("place", "pk"))
    own = [one for one in rows if one.cohort_id == cohort.pk]
    kinds = {one.kind for one in own}
    return sorted(
        own + [one for one in rows if one.cohort_id is None and one.kind not in kinds],
        key=lambda one: (one.place, one.pk or 0),
    )


def silence_days(enrolment):
    """After how many days of silence the clock writes to this learner; 0 for never. One query."""
    rows = ReminderRule.objects.filter(track=enrolment.track_id, kind=Kind.INACTIVE)
    own = [one for one in rows if one.cohort_id and one.cohort_id == enrolment.cohort_id]
    on = [one.delay for one in own or [one for one in rows if one.cohort_id is None] if one.on]
    return min(on, default=0)


@transaction.atomic
def keep(*, rule, cohort, on, at, **fields):
    """Change a rule, or for a cohort make it its own: the rules of the track of that kind are then copied to it.

    ``rule`` is a row of the track or of the cohort, or an unsaved one. Returns the row that was written.
    """
    fit(fields.get("kind", rule.kind), fields.get("subject", ""), fields.get("text", ""))
    if cohort is not None:
        Cohort.objects.select_for_update().get(pk=cohort.pk)
        rule = _own(rule, cohort)
    for name, value in fields.items():
        setattr(rule, name, value)
    if on != rule.on:
        rule.on_since = at if on else None
    rule.full_clean()
    rule.save()
    return rule


def _own(rule, cohort):
    """The row of this cohort that stands for this rule; made with the others of its kind if need be."""
    if rule.cohort_id == cohort.pk:
        return rule
    own = list(ReminderRule.objects.filter(cohort=cohort, kind=rule.kind))
    if not own:
        shared = ReminderRule.objects.filter(track=cohort.track_id, cohort__isnull=True, kind=rule.kind)
        for one in shared:
            one.pk, one.cohort, one._state.adding = None, cohort, True  # noqa: SLF001 — how Django's manual copies a row
            one.save()
            own.append(one)
    same = next((one for one in own if one.delay == rule.delay and rule.track_id == cohort.track_id), None)
    if same and rule.pk:
        return same
    return ReminderRule(track_id=cohort.track_id, cohort=cohort, kind=rule.kind, place=rules.USUAL_PLACE[rule.kind])


@transaction.atomic
def as_track(*, cohort, kind):
    """Give up the cohort's own rules of this kind: those of the track hold again. Safe to repeat."""
    ReminderRule.objects.filter(cohort=cohort, kind=kind).delete()


def fit(kind, subject, text):
    """Refuse words whose places nothing would fill."""
    unknown = unknown_places(f"{subject}\n{text}", rules.places_of(kind))
    if unknown:
        raise UnfitMessage(
            f"« {unknown[0]} » ne sera pas remplacé. Entre accolades, écrivez seulement "
            f"{', '.join(rules.places_of(kind))}."
        )
