"""What single works cost, beside the least that could do them: the page, the sweep, the documents."""

from time import perf_counter

from django.core import mail
from django.test import override_settings
from django.utils import timezone

from courses.models import LessonPage
from courses.outline import outline_by_slug, outlines
from learners import delivery, documents, reminders, rule_book
from learners.models import Certificate, Enrolment, Letter
from tests.bench.lines import Promise, comma
from tests.bench.measures import TIMES, Reader, median, medians, milliseconds, queries_of, resident, rows_of
from tests.factories.learners import enrol, finish, make_person


def step_page():
    """A lesson at the end of a long track, for somebody who has been through all of it."""
    person = make_person("lectrice@demo.example")
    outline = outline_by_slug("jeunes")
    finish(enrol(person, outline, at=timezone.now()), at=timezone.now())
    lesson = [step for step in outline.steps if step.kind == LessonPage.kind][-1]
    reader = Reader(person)
    floor, page = (median(lambda path=path: reader.read(path)) for path in ("/plancher/", lesson.url))
    own = reader.rendering(lesson.url)
    asked = len(queries_of(lambda: reader.read(lesson.url)))
    return [
        Promise("page d’étape : requêtes", str(asked), "≤ 6", held=asked <= 6, counted=True),
        Promise(
            f"page d’étape, {milliseconds(page)} dont {milliseconds(own)} de rendu, plancher {milliseconds(floor)}",
            f"{comma((page - own) / floor)} × plancher + rendu",
            "≤ 2 × plancher + rendu",
            held=page - own <= 2 * floor,
        ),
    ]


def sweep():
    """Who is due a reminder, among everybody, by every rule in service."""
    now = timezone.now()
    tracks = [outline for outline in outlines() if outline.steps]
    rule_book.ensure(tracks, at=now)
    book = rule_book.held([outline.pk for outline in tracks])
    rules = [(held, outline) for outline in tracks for held in book[outline.pk] if held.rule.kind != "reviews"]

    def who():
        return [one.key for held, outline in rules for one in reminders.due(held, outline, now=now)]

    statements, found, everybody = queries_of(who), len(who()), Enrolment.objects.count()
    asked = len(statements)
    found_in, bare = medians(who, lambda: [rows_of(sql) for sql in statements], times=5)
    return [
        Promise("rappels : requêtes par règle", comma(asked / len(rules)), "1", asked == len(rules), counted=True),
        Promise(
            f"rappels : {found} à écrire parmi {everybody} inscriptions, {len(rules)} règles, {milliseconds(found_in)}",
            f"{comma(found_in / bare)} × le SQL nu ({milliseconds(bare)})",
            "une requête par règle",
        ),
    ]


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def attestations():
    """The attestations that wait since the quiz, made and sent by one process to a mail server that takes no time."""
    waiting = list(Letter.objects.waiting().filter(kind=Letter.Kind.CERTIFICATE).values_list("pk", "enrolment"))
    if len(waiting) < 4:
        return []
    # Each once: the engine remembers what it has drawn before.
    rows = list(Certificate.objects.filter(enrolment__in=[pk for _, pk in waiting[: 2 * TIMES + 2]]))
    times = min(TIMES, len(rows) // 2 - 1)
    documents.attestation_pdf(rows[0])  # what a process does once
    drawn, whole = iter(rows[::2]), iter(rows[1::2])
    floor = median(lambda: documents.drawn(next(drawn)), times)
    document = median(lambda: documents.attestation_pdf(next(whole)), times)
    mail.outbox, memory, sent = [], resident(), 0
    began = perf_counter()
    for letter, _ in waiting:
        sent += delivery.send(letter, now=timezone.now()) == "sent"
        mail.outbox.clear()
    each, grown = (perf_counter() - began) / len(waiting), resident() - memory
    return [
        Promise(
            "attestations en attente non envoyées", str(len(waiting) - sent), "0", sent == len(waiting), counted=True
        ),
        Promise(
            f"attestations : {len(waiting)} par un processus", f"{1 / each:.0f}/s", f"moteur seul {1 / floor:.0f}/s"
        ),
        Promise(
            "attestations : document scellé",
            f"{100 * floor / document:.0f} % du débit du moteur",
            "≥ 70 %",
            floor >= 0.7 * document,
        ),
        Promise(
            "attestations : envoi entier",
            f"{comma(each / document)} × le document",
            "≤ 2 × le document",
            each <= 2 * document,
        ),
        Promise("attestations : mémoire gagnée", f"{grown / 2**20:.0f} Mo", "≤ 20 Mo", grown <= 20 * 2**20),
    ]
