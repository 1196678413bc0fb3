"""Invitations: a link and a code that open a cohort, until they expire or are taken back."""

import re
import unicodedata

from learners import enrolment as enrolments
from learners.errors import InvitationUnusable
from learners.models import Invitation


def invite(*, cohort, by, at, expires_at=None):
    """A new invitation to this cohort; others stay."""
    return Invitation.objects.create(cohort=cohort, created_by=by, created_at=at, expires_at=expires_at)


def revoke(*, invitation, by, at):
    """Take an invitation back: nobody comes in by it any more, those who came stay. Safe to repeat."""
    Invitation.objects.filter(pk=invitation.pk, revoked_at__isnull=True).update(revoked_at=at, revoked_by=by)


def normalised(code):
    """A code as it is kept, however it was typed: small letters, dashes, spaces, wide characters."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", code)).upper()


def found(code, *, at):
    """The usable invitation with this code. One refusal for all the others: it must not help to guess."""
    rows = Invitation.objects.usable(at).select_related("cohort__track")
    invitation = rows.filter(code=normalised(code)[:60]).first()
    if invitation is None:
        raise InvitationUnusable
    return invitation


def accept(*, code, person, at, organisation="", sector=""):
    """The enrolment to which this code leads this person. Raises InvitationUnusable, and what ``enrol`` raises."""
    invitation = found(code, at=at)
    return enrolments.enrol(
        person=person,
        track_pk=invitation.cohort.track_id,
        at=at,
        cohort=invitation.cohort,
        invitation=invitation,
        organisation=organisation,
        sector=sector,
    )
