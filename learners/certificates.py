"""Issue, find and revoke attestations."""

from django.db import transaction

from courses.models import TrackPage
from learners import letters
from learners.models import Certificate, Letter


def issue(enrolment, *, at):
    """The attestation of this completed enrolment: frozen today, or the one that exists.

    The caller holds the lock of the enrolment, inside its transaction.
    """
    existing = Certificate.objects.filter(enrolment=enrolment).first()
    if existing:
        return existing
    person = enrolment.person
    track = TrackPage.objects.get(pk=enrolment.track_id)
    certificate = Certificate.objects.create(
        enrolment=enrolment,
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
    letters.write(
        kind=Letter.Kind.CERTIFICATE,
        person=person,
        enrolment=enrolment,
        key=f"certificate:{certificate.pk}",
        due_at=at,
    )
    return certificate


def version_of(track):
    """The version of a track as printed: the day and number of its published revision."""
    day = (track.last_published_at or track.first_published_at).date().isoformat()
    return f"{day} · {track.live_revision_id or track.pk}"


def revoke(certificate, *, by, at, reason):
    """Mark an attestation as revoked, once; its row and its public page stay."""
    with transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk, revoked_at__isnull=True).update(
            revoked_at=at, revoked_by=by, revoked_reason=reason
        )
    certificate.refresh_from_db()
    return certificate


def find(code):
    """The attestation with that code as typed or scanned, or None. Dashes, spaces and case do not count."""
    clean = "".join(character for character in code.upper() if character.isalnum())
    return Certificate.objects.select_related("enrolment").filter(code=clean).first()
