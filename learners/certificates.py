"""Issue, find, correct and revoke attestations: of tracks, and of modules that are taken alone."""

from decimal import Decimal

from django.db import transaction
from django.db.models import OuterRef, Subquery

from courses.models import ModulePage, TrackPage
from courses.outline import outline_by_pk
from learners import letters
from learners.errors import NotEnrolled, NotToAttest, NotToCorrect
from learners.models import Certificate, Enrolment, Letter
from learners.standing import left_of

# What a correction of the name takes over as it is; the code, the date and the name are new.
KEPT = (
    "module_id",
    "module_title",
    "track_title",
    "version",
    "cohort_name",
    "organisation",
    "award",
    "award_label",
    "hours",
    "abilities",
)


def issue(enrolment, *, at):
    """The attestation of this completed enrolment: frozen today, or the one that exists.

    The caller holds the lock of the enrolment, inside its transaction.
    """
    existing = Certificate.objects.filter(current_for=enrolment).first()
    if existing:
        return existing
    track = TrackPage.objects.get(pk=enrolment.track_id)
    return _issue(
        enrolment, track, at=at, current_for=enrolment, track_title=track.title, award=track.award, hours=track.hours
    )


def issue_for_module(*, enrolment_pk, module_pk, at):
    """The attestation of one module of a track, for who asks: frozen today, or the one that exists.

    Raises NotEnrolled, and NotToAttest where may_ask says no.
    """
    with transaction.atomic():
        enrolment = Enrolment.objects.locked(enrolment_pk)
        if enrolment is None:
            raise NotEnrolled
        existing = Certificate.objects.filter(enrolment=enrolment, current_module=module_pk).first()
        if existing:
            return existing
        outline = outline_by_pk(enrolment.track_id)
        module = outline.module(module_pk) if outline else None
        page = ModulePage.objects.filter(pk=module_pk).first()
        done = set(enrolment.completions.values_list("step_id", flat=True))
        if not (module and may_ask(page, module, done=done, completed_at=enrolment.completed_at)):
            raise NotToAttest(link=module.url if module else "")
        return _issue(
            enrolment,
            page,
            at=at,
            module=page,
            current_module=page,
            module_title=page.title,
            track_title=outline.title,
            award=TrackPage.Award.FOLLOWED,
            hours=round(Decimal(module.minutes) / 60, 2),
        )


def may_ask(page, module, *, done, completed_at):
    """Whether somebody may ask for the attestation of this module: it is taken alone, they did all of it, and have
    not finished the track, whose attestation says more.

    In: the ModulePage and the Module of the outline, the steps done (primary keys), the end of the track or None.
    """
    return page.taken_alone and completed_at is None and bool(module.steps) and not left_of(module, done)


def code_for(enrolment_pk):
    """The code of the attestation in force of a module for this enrolment, to annotate a query of modules."""
    rows = Certificate.objects.filter(enrolment=enrolment_pk, current_module=OuterRef("pk"))
    return Subquery(rows.values("code"))


def _issue(enrolment, page, *, at, award, **facts):
    """Freeze what holds today of this person and of the page that is attested; a letter brings it."""
    person = enrolment.person
    certificate = Certificate.objects.create(
        enrolment=enrolment,
        issued_at=at,
        holder=person.get_full_name() or person.email,
        version=version_of(page),
        cohort_name=enrolment.cohort.name if enrolment.cohort else "",
        organisation=enrolment.organisation,
        award=award,
        award_label=TrackPage.Award(award).label,
        abilities="\n".join(str(block.value) for block in page.abilities),
        **facts,
    )
    _write_to_holder(certificate, key=f"certificate:{certificate.pk}", at=at)
    return certificate


def _write_to_holder(certificate, *, key, at):
    enrolment = certificate.enrolment
    return letters.write(kind=Letter.Kind.CERTIFICATE, person=enrolment.person, enrolment=enrolment, key=key, due_at=at)


def correct(certificate, *, holder, by, at, reason):
    """The attestation that replaces this one, with the name spelt right; a letter brings it to its holder.

    The same facts under a new code and a new date; the row before stays as it is, and its page leads to the new one.
    Idempotent: the same name again gives the attestation that bears it. Raises NotToCorrect for one that is revoked, or
    replaced by another name.
    """
    with transaction.atomic():
        # The lock of every decision about a learner; whoever withdrew keeps what they earned.
        enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=certificate.enrolment_id)
        before = Certificate.objects.select_related("replacement").get(pk=certificate.pk)
        if before.is_replaced and before.replacement.holder == holder:
            return before.replacement
        if not before.is_valid:
            raise NotToCorrect
        if before.holder == holder:
            return before
        in_force = {"current_for_id": before.current_for_id, "current_module_id": before.current_module_id}
        Certificate.objects.filter(pk=before.pk).update(current_for=None, current_module=None)
        after = Certificate.objects.create(
            enrolment=enrolment,
            replaces=before,
            corrected_by=by,
            corrected_reason=reason,
            issued_at=at,
            holder=holder,
            **in_force,
            **{fact: getattr(before, fact) for fact in KEPT},
        )
        _write_to_holder(after, key=f"certificate:{after.pk}", at=at)
        return after


def send_again(certificate, *, at):
    """Write to the holder of a valid attestation once more; twice in the same minute is once."""
    if not certificate.is_valid:
        raise NotToCorrect("Cette attestation n’est plus en vigueur : elle ne s’envoie pas.")
    with transaction.atomic():
        return _write_to_holder(certificate, key=f"certificate:{certificate.pk}:{at:%Y%m%d%H%M}", at=at)


def version_of(page):
    """The version of a track or a module as printed: the day and number of its published revision."""
    day = (page.last_published_at or page.first_published_at).date().isoformat()
    return f"{day} · {page.live_revision_id or page.pk}"


def revoke(certificate, *, by, at, reason):
    """Mark an attestation as revoked, once; its row and its public page stay. One that was replaced stays replaced."""
    with transaction.atomic():
        valid = Certificate.objects.not_replaced().filter(pk=certificate.pk, revoked_at__isnull=True)
        valid.update(revoked_at=at, revoked_by=by, revoked_reason=reason)
    certificate.refresh_from_db()
    return certificate


def find(code):
    """The attestation with that code as typed or scanned, or None. Dashes, spaces and case do not count."""
    clean = "".join(character for character in code.upper() if character.isalnum())
    return Certificate.objects.select_related("enrolment", "replacement").filter(code=clean).first()
