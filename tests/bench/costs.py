"""What single works cost, beside the least that could do them: the page, the sweep."""

from django.utils import timezone

from courses.models import LessonPage
from courses.outline import outline_by_slug, outlines
from learners import reminders, rule_book
from learners.models import Enrolment
from tests.bench.lines import Promise, comma
from tests.bench.measures import Reader, median, medians, milliseconds, queries_of, rows_of
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
