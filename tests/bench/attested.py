"""Five hundred attestations: by the bare renderer, by one process, by one worker.

The bare renderer is the least that could make them: Typst alone, given facts that are ready, in one process. An
attestation that leaves is more than that: its facts and its QR code, its seal, the words of its letter, the message,
the mail server, and what the database must know before and after.
"""

import os
import time
from time import perf_counter

from django.core import mail
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from learners import certificates, delivery, documents
from learners.models import Certificate, Enrolment, Letter
from tests.bench.lines import Promise, none_of
from tests.bench.measures import megabytes, resident, seconds

COUNT = 500
WARM = 20  # first ones, which a process pays for once
PATIENCE = 120  # seconds


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend", CELERY_BROKER_URL="")
def by_one_process():
    """Drawn, sealed, sent to a mail server that takes no time: in turn, so that a busy machine slows all three."""
    letters = waiting(3 * (COUNT + WARM))
    first, second, third = (letters[start::3] for start in range(3))
    drawn_only, sealed_only = (Certificate.objects.filter(enrolment__letters__in=some) for some in (second, third))
    facts, rows, outcomes = [documents._facts(row) for row in drawn_only], list(sealed_only), []
    mail.outbox = []

    def attested(number):
        durations = [
            seconds(lambda: drawn(facts[number])),
            seconds(lambda: documents.attestation_pdf(rows[number])),
            seconds(lambda: outcomes.append(delivery.send(first[number], now=timezone.now()))),
        ]
        mail.outbox.clear()
        return durations

    for number in range(WARM):
        attested(number)
    before, durations, memory = resident(), [], []
    for number in range(WARM, WARM + COUNT):
        durations.append(attested(number))
        memory.append(resident() - before)
    bare, sealed, sent = (COUNT / sum(kind) for kind in zip(*durations, strict=True))
    late = memory[-1] - memory[COUNT // 2]
    return [
        none_of("attestations non envoyées", len(outcomes) - outcomes.count("sent")),
        Promise(f"{COUNT} attestations : moteur de rendu seul", f"{bare:.0f}/s", "plancher"),
        share("rendues et scellées par un processus", sealed, bare),
        share("rendues, scellées et envoyées par un processus", sent, bare),
        Promise(
            f"attestations : mémoire gagnée par {3 * COUNT} documents, dont la seconde moitié",
            f"{megabytes(memory[-1])}, {megabytes(late)}",
            "≤ 20 Mo, ≤ 5 Mo",
            memory[-1] <= 20 * 2**20 and late <= 5 * 2**20,
        ),
    ]


def by_one_worker():
    """The tasks of five hundred letters, through the broker and to a mail server, by a worker of the machine's size."""
    hand_over(WARM)
    took = hand_over(COUNT)
    rows = Certificate.objects.order_by("pk")[: WARM + COUNT]
    facts = [documents._facts(row) for row in rows]
    for one in facts[:WARM]:
        drawn(one)
    bare = COUNT / seconds(lambda: [drawn(one) for one in facts[WARM:]])
    size = os.environ["WORKER_CONCURRENCY"]
    return [share(f"rendues, scellées et envoyées par un worker de {size} processus", COUNT / took, bare, least=0.7)]


def drawn(facts):
    """What the renderer alone makes of facts."""
    return documents._press.render("attestation.typ", facts, 0)


def share(what, rate, bare, *, least=None):
    """A rate, beside the renderer's, and the least that it must be of it."""
    found = f"{rate:.0f}/s, {100 * rate / bare:.0f} % du moteur seul"
    if least is None:
        return Promise(f"attestations {what}", found, "–")
    return Promise(f"attestations {what}", found, f"≥ {100 * least:.0f} %", rate >= least * bare)


def waiting(count):
    """The letters of that many attestations: those that wait already, and those of people who get theirs now."""
    letters = Letter.objects.waiting().filter(kind=Letter.Kind.CERTIFICATE).order_by("pk")
    issue(count - letters.count())
    return list(letters.values_list("pk", flat=True)[:count])


def issue(count):
    """Attest that many enrolments, finished or not: the letters leave as always, after the transaction."""
    rows = Enrolment.objects.active().filter(certificates=None, person__is_active=True).order_by("pk")
    for row in rows.select_related("person", "cohort")[: max(count, 0)]:
        certificates.issue(row, at=timezone.now())


def hand_over(count):
    """How many seconds pass from the end of a transaction to the last of that many letters sent by a worker."""
    last = Letter.objects.latest("pk").pk
    with transaction.atomic():
        issue(count)
        began = perf_counter()
    while Letter.objects.waiting().filter(kind=Letter.Kind.CERTIFICATE, pk__gt=last).exists():
        if perf_counter() - began > PATIENCE:
            raise TimeoutError("the worker has not sent every attestation")
        time.sleep(0.05)
    return perf_counter() - began
