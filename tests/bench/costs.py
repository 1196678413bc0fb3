"""What single works cost, beside the least that could do them: the page, the board, the sweep, the documents."""

import statistics
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from courses.models import LessonPage
from courses.outline import outline_by_slug, outlines
from learners import delivery, documents, reminders
from learners.models import Certificate, Cohort, Enrolment, Letter
from learners.reporting import board_of
from tests.bench.lines import Promise, comma
from tests.factories.learners import enrol, finish, make_person

TIMES = 30  # repetitions, of which the median is kept


def median(deed, times=TIMES):
    """The median of that many durations in seconds, after one that warms up."""
    deed()
    moments = [perf_counter()]
    for _ in range(times):
        deed()
        moments.append(perf_counter())
    return statistics.median(after - before for before, after in pairwise(moments))


def milliseconds(seconds):
    """A duration as it is printed."""
    return f"{comma(1000 * seconds)} ms"


def queries_of(deed):
    """The statements that it sends to the database."""
    with CaptureQueriesContext(connection) as asked:
        deed()
    return [query["sql"] for query in asked]


class Reader:
    """Somebody who signed in and reads pages in this process, without a network."""

    def __init__(self, person):
        self.person = person
        self.client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        self.client.force_login(person)

    def read(self, path):
        """Ask for the page, as often as one likes."""
        response = self.client.get(path, secure=True)
        if response.status_code != 200:
            raise RuntimeError(f"{path} : {response.status_code}")
        return response.content

    def rendering(self, path):
        """The time to turn what the view has found into HTML."""
        request = RequestFactory().get(path)
        request.user, request.session = self.person, {}
        match = resolve(path)
        response = match.func(request, *match.args, **match.kwargs)
        template = response.resolve_template(response.template_name)
        return median(lambda: template.render(response.context_data, request))


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


def boards():
    """The board of a cohort beside the bare SQL of all that its page reads, for 1,000 people and for 10,000."""
    leader = Reader(make_person("direction@demo.example", is_superuser=True))
    promises, asked = [], set()
    for size, budget in ((1_000, 3), (10_000, None)):
        cohort = cohort_of(size)
        times = 10 if size < 10_000 else 3
        statements = queries_of(lambda cohort=cohort: leader.read(cohort.get_absolute_url()))
        floor = median(lambda statements=statements: [fetched(one) for one in statements if is_read(one)], times)
        board = median(lambda cohort=cohort: board_of(cohort, now=timezone.now()), times)
        page = median(lambda cohort=cohort: leader.read(cohort.get_absolute_url()), times)
        asked.add(len(statements))
        times_told = ", ".join(map(milliseconds, (board, page, floor)))
        told = f"tableau de {size}, figures, page et SQL nu : {times_told}"
        held = page <= budget * floor if budget else None
        promises.append(
            Promise(told, f"page {comma(page / floor)} × SQL", f"≤ {budget} × SQL" if budget else "utilisable", held)
        )
    same = Promise(
        "tableau : requêtes à 1 000 et à 10 000",
        " et ".join(map(str, sorted(asked))),
        "les mêmes",
        len(asked) == 1,
        counted=True,
    )
    return [same, *promises]


def is_read(sql):
    """Whether a statement only reads rows."""
    return sql.lstrip("(").startswith("SELECT")


def cohort_of(size):
    """The cohort of that many people that seed_scale has made."""
    return next(one for one in Cohort.objects.order_by("pk") if one.enrolments.count() == size)


def fetched(sql):
    """The rows of a statement, as the driver gives them."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def sweep():
    """Who is due a reminder, among everybody."""
    now = timezone.now()
    tracks = [outline for outline in outlines() if outline.reminder_after_days and outline.steps]

    def who():
        return [pk for outline in tracks for pk in reminders.due(outline, now=now).values_list("pk", flat=True)]

    asked, found, everybody = len(queries_of(who)), len(who()), Enrolment.objects.count()
    return [
        Promise("rappels : requêtes par parcours", comma(asked / len(tracks)), "1", asked == len(tracks), counted=True),
        Promise(
            f"rappels : {found} à écrire parmi {everybody} inscriptions",
            milliseconds(median(who, 5)),
            "une requête par parcours",
        ),
    ]


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def attestations():
    """The attestations that wait since the quiz, made and sent by one process to a mail server that takes no time."""
    waiting = list(Letter.objects.waiting().filter(kind=Letter.Kind.CERTIFICATE).values_list("pk", "enrolment"))
    if len(waiting) < 2:
        return []
    # Each once: the engine remembers what it has drawn before.
    certificates = iter(Certificate.objects.filter(enrolment__in=[pk for _, pk in waiting[: TIMES + 1]]))
    floor = median(lambda: documents.attestation_pdf(next(certificates)), min(TIMES, len(waiting) - 1))
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
            "attestations : envoi entier", f"{comma(each / floor)} × le rendu", "≤ 2 × le rendu", each <= 2 * floor
        ),
        Promise("attestations : mémoire gagnée", f"{grown / 2**20:.0f} Mo", "≤ 20 Mo", grown <= 20 * 2**20),
    ]


def resident():
    """The bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096
