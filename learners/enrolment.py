"""Enrol, withdraw, come back, change cohort. What staff decide is written with its author and reason."""

from django.db import transaction

from learners import letters, pairs, seats
from learners.errors import InAnotherCohort, NotEnrolled
from learners.models import Enrolment, EnrolmentChange, Letter, Sector, User

Kind = EnrolmentChange.Kind


def enrol(*, person, track_pk, at, cohort=None, invitation=None, organisation="", sector="", late=False):
    """The active enrolment of this person in this track, in this cohort if one is given; the same one if it exists.

    A withdrawn enrolment is restored with everything that was done. A first enrolment is followed by a letter of
    welcome. Raises CohortFull, CohortClosed or InAnotherCohort; ``late`` lets somebody in after the last day on
    which people may come by themselves.
    """
    with transaction.atomic():
        # Serialises two clicks of one person; the constraint behind it would refuse the second.
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        known = _known(person, track_pk)
        wanted = cohort or (known.cohort if known and known.withdrawn_at else None)
        if wanted is not None:
            wanted = seats.locked(wanted.pk)[wanted.pk]
            # Those who wait come first, and this person may be one of them.
            seats.give(wanted, at)
            known = _known(person, track_pk)
            _require_entrance(wanted, known, person=person, track_pk=track_pk, at=at, late=late)
        told = {"organisation": organisation, "sector": sector, "invitation": invitation, "cohort": wanted}
        if known is None:
            enrolment, created = Enrolment.objects.get_or_create(
                person=person,
                track_id=track_pk,
                defaults={"enrolled_at": at, "last_activity_at": at, **told},
            )
            if created:
                key = f"welcome:{enrolment.pk}"
                letters.write(kind=Letter.Kind.WELCOME, person=person, enrolment=enrolment, key=key, due_at=at)
        else:
            enrolment = _resumed(known, told, at=at)
        if wanted is not None:
            seats.stop_waiting(person=person, cohort=wanted, at=at)
    return enrolment


def _require_entrance(cohort, known, *, person, track_pk, at, late):
    """Raise what keeps this person out of this locked cohort, if anything."""
    if cohort.track_id != track_pk:
        raise NotEnrolled("Cette cohorte suit un autre parcours.")
    if known is not None and known.withdrawn_at is None:
        if known.cohort_id == cohort.pk:
            return
        if known.cohort_id is not None:
            raise InAnotherCohort
    coming_back = known is not None and known.cohort_id == cohort.pk
    if not coming_back:
        seats.require_open(cohort, at, late=late)
    seats.require_seat(cohort, person)


def _resumed(enrolment, told, *, at):
    """The enrolment, active again, with what was told and was not known yet."""
    changes: dict[str, object] = {}
    if enrolment.withdrawn_at is not None:
        changes |= {"withdrawn_at": None, "last_activity_at": at}
    if told["cohort"] is not None and told["cohort"].pk != enrolment.cohort_id:
        # Those who withdrew from a cohort may come back with another.
        changes |= {"cohort": told["cohort"], "invitation": told["invitation"]}
    changes |= {name: told[name] for name in ("organisation", "sector") if told[name] and not getattr(enrolment, name)}
    if changes:
        for name, value in changes.items():
            setattr(enrolment, name, value)
        enrolment.save(update_fields=list(changes))
    return enrolment


def withdraw(*, person, track_pk, at):
    """Archive the enrolment of this person in this track, if there is an active one. Nothing is erased.

    The seat that it took goes to the first who waits.
    """
    with transaction.atomic():
        row = Enrolment.objects.active().filter(person=person, track_id=track_pk).first()
        if row is not None:
            _archive(row, by=person, at=at)


def withdraw_by(*, enrolment, by, at, reason):
    """Withdraw somebody; who did it and why is kept. The enrolment as it is; safe to repeat."""
    with transaction.atomic():
        row = _archive(enrolment, by=by, at=at)
        if row is not None:
            _note(row, Kind.WITHDRAWN, by=by, at=at, reason=reason, before=_name(row.cohort))
        return Enrolment.objects.get(pk=enrolment.pk)


def restore_by(*, enrolment, by, at, reason):
    """Bring somebody back to where they were; who did it and why is kept. Raises CohortFull. Safe to repeat."""
    with transaction.atomic():
        cohorts = seats.locked(enrolment.cohort_id)
        for cohort in cohorts.values():
            seats.give(cohort, at)
        row = _locked(enrolment.pk)
        if row.withdrawn_at is None:
            return row
        cohort = cohorts.get(row.cohort_id)
        if cohort is not None:
            seats.require_seat(cohort, row.person)
        row.withdrawn_at, row.last_activity_at = None, max(row.last_activity_at, at)
        row.save(update_fields=["withdrawn_at", "last_activity_at"])
        _note(row, Kind.RESTORED, by=by, at=at, reason=reason, after=_name(cohort))
        if cohort is not None:
            seats.stop_waiting(person=row.person, cohort=cohort, at=at)
        return row


def move(*, enrolment, cohort, by, at, reason):
    """Take somebody to another cohort of their track; who did it and why is kept. Safe to repeat.

    A pair is parted: it belongs to a cohort. The seat left behind goes to the first who waits for it. Raises
    CohortFull or CohortClosed.
    """
    with transaction.atomic():
        cohorts = seats.locked(enrolment.cohort_id, cohort.pk)
        row = _locked(enrolment.pk)
        target, left = cohorts[cohort.pk], cohorts.get(row.cohort_id)
        if target.pk == row.cohort_id:
            return row
        if target.track_id != row.track_id:
            raise NotEnrolled(f"La cohorte « {target} » suit un autre parcours.")
        if row.withdrawn_at is not None:
            raise NotEnrolled("Cette personne s’est retirée : faites-la revenir avant de la changer de cohorte.")
        seats.require_open(target, at, late=True)
        seats.give(target, at)
        seats.require_seat(target, row.person)
        _part(row, by=by, at=at)
        row.cohort = target
        row.save(update_fields=["cohort"])
        _note(row, Kind.MOVED, by=by, at=at, reason=reason, before=_name(left), after=_name(target))
        seats.stop_waiting(person=row.person, cohort=target, at=at)
        if left is not None:
            seats.give(left, at)
        return row


def describe(*, enrolment, organisation, sector, by, at, reason=""):
    """Say which organisation and sector somebody comes from; who said it is kept. Safe to repeat."""
    with transaction.atomic():
        row = _locked(enrolment.pk)
        before = _details(row)
        row.organisation, row.sector = organisation, sector
        if _details(row) != before:
            row.save(update_fields=["organisation", "sector"])
            _note(row, Kind.DETAILS, by=by, at=at, reason=reason, before=before, after=_details(row))
        return row


def _known(person, track_pk):
    """The enrolment of this person in this track, withdrawn or not, or None."""
    return Enrolment.objects.filter(person=person, track_id=track_pk).select_related("cohort").first()


def _archive(enrolment, *, by, at):
    """Archive an enrolment and give its seat to the first who waits; None when it is archived already."""
    cohorts = seats.locked(enrolment.cohort_id)
    row = _locked(enrolment.pk)
    if row.withdrawn_at is not None:
        return None
    _part(row, by=by, at=at)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    if row.cohort_id in cohorts:
        seats.give(cohorts[row.cohort_id], at)
    return row


def _part(row, *, by, at):
    """Part the pair of an enrolment, if it has one."""
    if row.pair_id is not None:
        pairs.unpair(pair=row.pair, by=by, at=at)
        row.pair = None


def _locked(pk):
    """The enrolment, withdrawn or not, locked until the end of the transaction."""
    return Enrolment.objects.select_for_update(of=("self",)).select_related("person", "cohort", "pair").get(pk=pk)


def _note(row, kind, *, by, at, reason="", before="", after=""):
    """Write down what was changed, by whom and why."""
    EnrolmentChange.objects.create(
        enrolment=row,
        kind=kind,
        before=before[:240],
        after=after[:240],
        changed_at=at,
        changed_by=by,
        reason=reason[:240],
    )


def _name(cohort):
    return cohort.name if cohort else ""


def _details(row):
    """« Mairie de Lens, Collectivité »."""
    return ", ".join(word for word in (row.organisation, str(Sector(row.sector).label) if row.sector else "") if word)
