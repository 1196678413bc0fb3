"""Issue, find, correct and revoke attestations."""

from django.db import transaction

from courses.models import TrackPage
from learners import letters
from learners.errors import NotToCorrect
from learners.models import Certificate, Enrolment, Letter

# What a correction of the name takes over as it is; the code, the date and the name are new.
KEPT = (
    "track_title",
    "track_version",
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
    person = enrolment.person
    track = TrackPage.objects.get(pk=enrolment.track_id)
    certificate = Certificate.objects.create(
        enrolment=enrolment,
        current_for=enrolment,
        issued_at=at,
        holder=person.get_full_name() or person.email,
        track_title=track.title,
        track_version=version_of(track),
        cohort_name=enrolment.cohort.name if enrolment.cohort else "",
        organisation=enrolment.organisation,
        award=track.award,
        award_label=track.get_award_display(),
        hours=track.hours,
        abilities="\n".join(str(block.value) for block in track.abilities),
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
        Certificate.objects.filter(pk=before.pk).update(current_for=None)
        after = Certificate.objects.create(
            enrolment=enrolment,
            current_for=enrolment,
            replaces=before,
            corrected_by=by,
            corrected_reason=reason,
            issued_at=at,
            holder=holder,
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


def version_of(track):
    """The version of a track as printed: the day and number of its published revision."""
    day = (track.last_published_at or track.first_published_at).date().isoformat()
    return f"{day} · {track.live_revision_id or track.pk}"


def revoke(certificate, *, by, at, reason):
    """Mark an attestation as revoked, once; its row and its public page stay. One that was replaced stays replaced."""
    with transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk, current_for__isnull=False, revoked_at__isnull=True).update(
            revoked_at=at, revoked_by=by, revoked_reason=reason
        )
    certificate.refresh_from_db()
    return certificate


def find(code):
    """The attestation with that code as typed or scanned, or None. Dashes, spaces and case do not count."""
    clean = "".join(character for character in code.upper() if character.isalnum())
    return Certificate.objects.select_related("enrolment", "replacement").filter(code=clean).first()
