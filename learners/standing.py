"""Where a learner stands in a track: what is done, what is locked and why, what comes next.

Pure functions of the rules (an outline), the rows (a Record) and the moment: the page, the outline,
the « Continuer » button, the board, the letters and the verbs all ask here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from courses.typography import jour

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Record:
    """What the rows say of one enrolled learner.

    ``done`` gives the completed steps by primary key, with the best score in per cent where there is
    one. ``begins_on`` is the day of the cohort, None for who follows alone; ``openings`` the days that
    the cohort gave to modules, ``allowed`` the steps and modules that an exception opened, and
    ``finished`` the tracks that this person has finished.
    """

    done: Mapping[int, int | None] = field(default_factory=dict)
    enrolled_on: date | None = None
    begins_on: date | None = None
    openings: Mapping[int, date] = field(default_factory=dict)
    allowed: frozenset[int] = frozenset()
    finished: frozenset[int] = frozenset()
    zone: ZoneInfo = PARIS


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` required steps; ``minutes_left`` of declared time."""

    done: int
    total: int
    minutes_left: int

    @property
    def percent(self):
        """Whole per cent, rounded down: 100 means that everything is done."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def complete(self):
        """Whether nothing required is left."""
        return self.done == self.total and self.total > 0


def progress_of(outline, done):
    """The progress of someone who completed the steps ``done`` (primary keys).

    Only live required steps count, above and below the bar, so it can neither exceed 100 % nor
    stick below it.
    """
    return Progress(
        done=len(outline.required_ids & set(done)),
        total=len(outline.required_ids),
        minutes_left=sum(step.minutes for step in outline.required if step.pk not in done),
    )


def left_of(module, done):
    """The steps of a module that are left to do: of the required ones or, where none is, of them all."""
    counting = [step for step in module.steps if step.required] or module.steps
    return [step for step in counting if step.pk not in done]


@dataclass(frozen=True)
class Lock:
    """Why a step is closed: a sentence, and the address of what would open it."""

    reason: str
    url: str
    link_text: str


def why_locked(outline, step, *, record, now):
    """The Lock of this step, or None if it may open. ``record`` is None for who is not enrolled.

    The first step of a track is open to everyone; a step that was completed stays open whatever
    authors change later; an exception opens whatever rules say. Else the day of the cohort, those of
    the track and of the module, the track to finish first, the prerequisites of the module and the
    order of steps are asked, in this order.
    """
    if step == outline.first:
        return None
    if record is None:
        reason = (
            "Inscris-toi au parcours pour ouvrir cette étape."
            if outline.informal
            else "Inscrivez-vous au parcours pour ouvrir cette étape."
        )
        return Lock(reason, *_link_to(outline))
    if step.pk in record.done or record.allowed & {step.pk, step.module_pk}:
        return None
    module = outline.module(step.module_pk)
    return (
        _too_early(outline, module, record, now)
        or _other_track(outline, record)
        or _prerequisite(outline, module, record)
        or _order(outline, module, step, record)
    )


def track_lock(outline, *, record, now):
    """What keeps the whole track closed, but its first step: the Lock, or None. ``record`` as for why_locked."""
    record = record or Record(enrolled_on=now.astimezone(PARIS).date())
    return _before_track(outline, record, now) or _other_track(outline, record)


def track_opening(outline, record):
    """The day on which this track opens to this learner, or None when it waits for no day.

    The day of a cohort comes before that of the author; a delay counts from it.
    """
    if outline.opens_after_days is None:
        return record.begins_on or outline.opens_on
    return _after(outline.opens_after_days, record)


def opening_of(module, record):
    """The day on which this module opens to this learner, or None when it waits for no day.

    The cohort's own day comes before that of the author.
    """
    own = record.openings.get(module.pk)
    if own is not None or module.opens_after_days is None:
        return own or module.opens_on
    return _after(module.opens_after_days, record)


def _after(days, record):
    """The day after so many, counted from the beginning of the cohort, else from the enrolment; None before both."""
    start = record.begins_on or record.enrolled_on
    return start + timedelta(days=days) if start else None


def _too_early(outline, module, record, now):
    before = _before_track(outline, record, now)
    opens_on = opening_of(module, record)
    if before or opens_on is None or _today(record, now) >= opens_on:
        return before
    return Lock(f"Le module « {module.title} » ouvre le {jour(opens_on)}.", *_link_to(outline))


def _before_track(outline, record, now):
    today = _today(record, now)
    if record.begins_on is not None and today < record.begins_on:
        whose = "Ta cohorte" if outline.informal else "Votre cohorte"
        return Lock(f"{whose} commence le {jour(record.begins_on)}.", *_link_to(outline))
    opens_on = track_opening(outline, record)
    if opens_on is not None and today < opens_on:
        return Lock(f"Ce parcours ouvre le {jour(opens_on)}.", *_link_to(outline))
    return None


def _other_track(outline, record):
    first = outline.follows
    if first is None or first.pk in record.finished:
        return None
    return Lock(f"Ce parcours s’ouvre quand le parcours « {first.title} » est terminé.", *_link_to(first))


def _today(record, now):
    return now.astimezone(record.zone).date()


def _link_to(track):
    return track.url, f"Voir le parcours {track.title}"


def _prerequisite(outline, module, record):
    """The first thing that this module asks and that is not done; what is no longer live asks nothing."""
    for asked in module.prerequisites:
        step, whole = outline.by_pk.get(asked.page_pk), outline.module(asked.page_pk)
        if whole:
            left = left_of(whole, record.done)
            if left:
                first = left[0]
                reason = (
                    f"Ce module s’ouvre quand le module « {whole.title} » est terminé : il reste « {first.title} »."
                )
                return Lock(reason, first.url, f"Aller à « {first.title} »")
        elif step and step.pk not in record.done:
            reason = f"Ce module s’ouvre quand « {step.title} » est terminée."
            return Lock(reason, step.url, f"Aller à « {step.title} »")
        elif step and asked.score and (record.done[step.pk] or 0) < asked.score:
            reason = f"Ce module s’ouvre avec un score d’au moins {asked.score} % à « {step.title} »."
            return Lock(reason, step.url, f"Aller à « {step.title} »")
    return None


def _order(outline, module, step, record):
    """The first required step that comes before, where the track or the module keeps an order."""
    before = [
        one
        for one in outline.before(step)
        if (outline.keeps_order(module) if one.module_pk == module.pk else outline.in_order)
    ]
    missing = next((one for one in before if one.required and one.pk not in record.done), None)
    if missing is None:
        return None
    reason = f"Cette étape s’ouvre quand « {missing.title} » est terminée."
    return Lock(reason, missing.url, f"Aller à « {missing.title} »")


def next_step(outline, *, record, now, last=None):
    """The step to continue with: the first open, unfinished one after the last touched.

    ``last`` is the primary key of the step touched last, if any. When nothing is left after it,
    the first open, unfinished step of the whole track; None when every step is done or closed.
    """
    touched = outline.by_pk.get(last)
    start = touched.number if touched else 0
    left = (step for step in outline.steps[start:] + outline.steps[:start] if step.pk not in record.done)
    return next((step for step in left if why_locked(outline, step, record=record, now=now) is None), None)
