"""Letters that come back: what a report does to its letter and to the address of its person.

A report is believed only of a letter whose identifier we signed, and only of the address to which that letter went.
"""

from collections import Counter
from imaplib import IMAP4
from time import monotonic

import structlog
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from learners import addresses, bounce_reports, delivery, mailbox
from learners.models import Letter

log = structlog.get_logger(__name__)


class Outcome(models.TextChoices):
    """What a message in the mailbox of reports did."""

    BOUNCED = "bounced", "Le message est noté comme revenu ; l’adresse ne répond pas."
    DELAYED = "delayed", "Un retard est noté ; le serveur essaie encore, ou l’empêchement est passager."
    KNOWN = "known", "Cet avis était déjà connu : rien ne change."
    UNKNOWN = "unknown", "Cet avis ne parle d’aucun de nos messages à cette adresse : rien ne change."
    NO_REPORT = "no_report", "Ceci n’est pas un avis de non-remise lisible : rien ne change."


def receive(raw, *, now):
    """Do what these bytes ask for, if they are a report about a letter of ours. Safe to repeat. Returns an Outcome."""
    report = bounce_reports.read(raw)
    outcome = Outcome.NO_REPORT if report is None else _note(report, now=now)
    log.info("bounce", outcome=outcome.value, size=len(raw))
    return outcome


def _note(report, *, now):
    letter = next(filter(None, map(delivery.letter_of, report.message_ids)), None)
    address = letter.address.casefold() if letter else ""
    refusal = next((one for one in report.refusals if address in one.addresses), None)
    if letter is None or refusal is None:
        return Outcome.UNKNOWN
    rows = Letter.objects.filter(pk=letter.pk, bounced_at__isnull=True)
    if not refusal.permanent:
        changed = rows.filter(~Q(bounce=refusal.diagnostic)).update(bounce=refusal.diagnostic)
        return Outcome.DELAYED if changed else Outcome.KNOWN
    with transaction.atomic():
        if not rows.update(bounced_at=now, bounce=refusal.diagnostic):
            return Outcome.KNOWN
        if letter.person and letter.person.email.casefold() == address:
            addresses.mark_failing(letter.person, diagnostic=refusal.diagnostic, at=now)
    return Outcome.BOUNCED


def poll(*, now, patience):
    """Read what is new in the mailbox of BOUNCES_URL, for so many seconds. Returns how many did what, by outcome.

    A mailbox that is away waits for the next time.
    """
    stop, found = monotonic() + patience, Counter[Outcome]()
    try:
        for raw in mailbox.unread(settings.BOUNCES_URL, largest=bounce_reports.LARGEST):
            found[receive(raw, now=now)] += 1
            if monotonic() > stop:
                break
    except (OSError, IMAP4.error) as error:
        log.warning("mailbox of bounces away", error=type(error).__name__)
    return found
