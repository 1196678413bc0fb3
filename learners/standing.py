"""Where a learner stands in a track: what is done, what is locked and why, what comes next.

Pure functions of an outline and the primary keys of the completed steps: the page, the outline,
the « Continuer » button, the board, the letters and the verbs all ask here.
"""

from dataclasses import dataclass


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


@dataclass(frozen=True)
class Lock:
    """Why a step is closed: a sentence, and the address of what would open it."""

    reason: str
    url: str
    link_text: str


def why_locked(outline, step, *, enrolled, done):
    """The Lock of this step for someone who completed the steps ``done``, or None if it may open.

    ``done`` holds primary keys of steps. The first step of a track is open to everyone; a step
    that was completed stays open whatever authors change later.
    """
    if step == outline.first:
        return None
    if not enrolled:
        reason = (
            "Inscris-toi au parcours pour ouvrir cette étape."
            if outline.informal
            else "Inscrivez-vous au parcours pour ouvrir cette étape."
        )
        return Lock(reason, outline.url, f"Voir le parcours {outline.title}")
    if not outline.in_order or step.pk in done:
        return None
    missing = next((before for before in outline.before(step) if before.required and before.pk not in done), None)
    if missing is None:
        return None
    reason = f"Cette étape s’ouvre quand « {missing.title} » est terminée."
    return Lock(reason, missing.url, f"Aller à « {missing.title} »")


def next_step(outline, *, done, last=None):
    """The step to continue with: the first open, unfinished one after the last touched.

    ``last`` is the primary key of the step touched last, if any. When nothing is left after it,
    the first open, unfinished step of the whole track; None when every step is done.
    """
    left = [
        step
        for step in outline.steps
        if step.pk not in done and why_locked(outline, step, enrolled=True, done=done) is None
    ]
    touched = outline.by_pk.get(last)
    after = [step for step in left if touched and step.number > touched.number]
    return next(iter(after or left), None)
