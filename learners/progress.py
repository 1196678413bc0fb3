"""The one door through which a step becomes done, and a track finished."""

from django.db import transaction

from courses.outline import outline_by_pk, outlines
from learners import certificates
from learners.errors import NotEnrolled, StepGone, StepLocked, TakenByRegister
from learners.models import Completion, Enrolment, EnrolmentChange
from learners.records import record_of
from learners.standing import progress_of, why_locked


def complete(*, enrolment_pk, step_pk, at):
    """Record that a step is done, after asking whether it may be.

    Idempotent: doing it twice gives the same row. Returns the Completion. Raises NotEnrolled,
    StepGone, StepLocked, or TakenByRegister for a step that is done by being there.
    """
    with transaction.atomic():
        enrolment = Enrolment.objects.locked(enrolment_pk)
        if enrolment is None:
            raise NotEnrolled
        outline = outline_by_pk(enrolment.track_id)
        step = outline.by_pk.get(step_pk) if outline else None
        if step is None:
            raise StepGone
        lock = why_locked(outline, step, record=record_of(enrolment.pk), now=at)
        if lock:
            raise StepLocked(lock)
        if step.attended:
            raise TakenByRegister
        return record(enrolment, step_pk, outline=outline, at=at)


def attend(*, enrolment_pk, step_pk, by, at):
    """Record that somebody was there, as the register says. Idempotent; returns the Completion.

    Whoever takes the register knows better than any rule: no lock is asked. Raises NotEnrolled, and
    StepGone for a step that is not done by being there.
    """
    with transaction.atomic():
        enrolment, outline = _at_a_session(enrolment_pk, step_pk)
        return record(enrolment, step_pk, outline=outline, at=at, active=False, by=by)


def miss(*, enrolment_pk, step_pk, by, at):
    """Take a presence back that was recorded by mistake; who did it and when is kept.

    A track that is finished stays finished. Raises NotEnrolled or StepGone.
    """
    with transaction.atomic():
        enrolment, outline = _at_a_session(enrolment_pk, step_pk)
        gone, _ = enrolment.completions.filter(step_id=step_pk).delete()
        if gone:
            EnrolmentChange.objects.create(
                enrolment=enrolment,
                kind=EnrolmentChange.Kind.ATTENDANCE,
                before="présence",
                after=f"absence : {outline.by_pk[step_pk].title}"[:240],
                changed_at=at,
                changed_by=by,
            )


def _at_a_session(enrolment_pk, step_pk):
    """The enrolment, locked, and the outline that holds this session."""
    enrolment = Enrolment.objects.locked(enrolment_pk)
    if enrolment is None:
        raise NotEnrolled
    outline = outline_by_pk(enrolment.track_id)
    step = outline.by_pk.get(step_pk) if outline else None
    if step is None or not step.attended:
        raise StepGone
    return enrolment, outline


def record(enrolment, step_pk, *, outline, at, active=True, by=None):
    """Write the completion of an earned step; issue the attestation when it was the last one.

    The caller holds the lock of the enrolment and has decided that the step is earned.
    ``outline`` is None when the track is not live: the step counts when it is again. ``active`` is
    False when somebody else's work earned it: the learner did nothing at that moment. ``by`` is who
    took the register, if anybody did.
    """
    completion, created = Completion.objects.get_or_create(
        enrolment=enrolment, step_id=step_pk, defaults={"completed_at": at, "recorded_by": by}
    )
    if active:
        touch(enrolment, at=at)
    if created and outline:
        finish_if_complete(enrolment, outline, at=at)
    return completion


def done_ids(enrolment):
    """Primary keys of the steps that this enrolment completed."""
    return set(enrolment.completions.values_list("step_id", flat=True))


def touch(enrolment, *, at):
    """Remember that the learner was active at that moment; never goes back in time."""
    if at > enrolment.last_activity_at:
        enrolment.last_activity_at = at
        enrolment.save(update_fields=["last_activity_at"])


def finish_if_complete(enrolment, outline, *, at):
    """Set the completion date and issue the attestation when nothing required is left.

    A finished enrolment stays finished, whatever authors add later. The caller holds the lock of
    the enrolment. Returns the Certificate, or None while something is left.
    """
    if enrolment.completed_at is None:
        if not progress_of(outline, done_ids(enrolment)).complete:
            return None
        enrolment.completed_at = at
        enrolment.save(update_fields=["completed_at"])
    return certificates.issue(enrolment, at=at)


def catch_up(*, at):
    """Finish the enrolments that lack nothing and were not told so: an author made a step optional,
    a track came back. Returns how many. One query per live track finds them.
    """
    finished = 0
    for outline in outlines():
        if not outline.required:
            continue
        left_behind = (
            Enrolment.objects.active()
            .filter(track_id=outline.pk, certificate__isnull=True)
            .with_progress(outline)
            .filter(done=len(outline.required))
        )
        for pk in left_behind.values_list("pk", flat=True):
            with transaction.atomic():
                enrolment = Enrolment.objects.locked(pk)
                if enrolment and finish_if_complete(enrolment, outline, at=at):
                    finished += 1
    return finished
