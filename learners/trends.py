"""What a cohort does together: what matters first, how far it gets, when it is active, how it scores."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from django.db import connection
from django.db.models import Count, DateTimeField, Exists, Func, IntegerField, OuterRef, Q, Value
from django.db.models.functions import Greatest

from courses.models import QuizPage
from courses.outline import Module, Step
from learners.models import Answer, Attempt, Completion, Sector
from learners.reporting import ENOUGH_PEOPLE, Status, has_finished

WEEK = timedelta(days=7)
WEEKS_SHOWN = 12
# Days since the last activity: the first day of each class, and its words.
SILENCES = ((0, "moins de 3 jours"), (3, "de 3 à 9 jours"), (10, "de 10 à 29 jours"), (30, "30 jours ou plus"))


@dataclass(frozen=True)
class Matters:
    """What a manager looks at first. ``measured`` are the people whose second week is over."""

    active: int
    measured: int
    awaiting: int
    certified: int
    certified_lately: int

    @property
    def percent(self):
        """The share of those people who were active in their second week; None when nobody can be measured."""
        return round(100 * self.active / self.measured) if self.measured else None


@dataclass(frozen=True)
class Stage:
    """How many people began a module, and finished it."""

    module: Module
    begun: int
    finished: int


@dataclass(frozen=True)
class Week:
    """How many people were active in the week that begins that Monday."""

    monday: date
    people: int


@dataclass(frozen=True)
class Score:
    """One quiz in the cohort, by the best attempt of each person; figures are None for too few people."""

    step: Step
    people: int
    pass_mark: int | None
    median: float | None
    under: int | None


@dataclass(frozen=True)
class Band:
    """Some people of the cohort, among whom so many need a hand or have finished; None for too few people."""

    label: str
    people: int
    stalled: int | None = None
    finished: int | None = None


@dataclass(frozen=True)
class Trends:
    """The charts of a board."""

    people: int
    stages: tuple[Stage, ...]
    weeks: tuple[Week, ...]
    scores: tuple[Score, ...]
    silences: tuple[Band, ...]
    sectors: tuple[Band, ...]


def matters_of(cohort, board, enrolments, *, now):
    """The Matters of the people of this board. Two queries."""
    certified = [row.certified_at for row in board.rows if row.certified_at]
    waiting = Answer.objects.awaiting().filter(attempt__enrolment__in=enrolments)
    return Matters(
        **second_week(cohort, board.outline, enrolments, now=now),
        awaiting=waiting.count(),
        certified=len(certified),
        certified_lately=sum(moment > now - WEEK for moment in certified),
    )


def trends_of(cohort, board, enrolments, *, now):
    """The Trends of the people of this board; None for too few people, or a track that is not live. Two queries."""
    if not (board.enough and board.outline):
        return None
    return Trends(
        people=len(board.rows),
        stages=tuple(stages(board)),
        weeks=tuple(active_by_week(cohort, board.outline, enrolments, now=now)),
        scores=tuple(scores(board)),
        silences=tuple(silences(board)),
        sectors=tuple(sectors(board)),
    )


# ---------------------------------------------------------------- activity


class DaysLater(Func):
    """The same hour so many days later, counted by the database itself, fractions of a second kept."""

    output_field = DateTimeField()

    def __init__(self, moment, days):
        super().__init__(moment, Value(f"+{days} days"))

    def as_sqlite(self, compiler, connection, **context):
        """SQLite keeps moments as text, whose fraction it would drop."""
        moment, moment_params = compiler.compile(self.source_expressions[0])
        days, days_params = compiler.compile(self.source_expressions[1])
        sql = f"(datetime({moment}, {days}) || substr({moment}, 20))"
        return sql, (*moment_params, *days_params, *moment_params)

    def as_postgresql(self, compiler, connection, **context):
        """PostgreSQL adds an interval."""
        moment, moment_params = compiler.compile(self.source_expressions[0])
        days, days_params = compiler.compile(self.source_expressions[1])
        return f"({moment} + ({days})::interval)", (*moment_params, *days_params)


def span_of(moment, ends):
    """Which of the spans that end at these moments holds a moment, counted from 0: the first that ends after it.

    A Case of Django's, with its conditions, takes longer to write down than the database takes to answer.
    """
    cases = (
        Func(
            moment,
            Value(end, output_field=DateTimeField()),
            template=f"WHEN %(expressions)s THEN {number}",
            arg_joiner=" < ",
        )
        for number, end in enumerate(ends)
    )
    return Func(*cases, template="CASE %(expressions)s END", arg_joiner=" ", output_field=IntegerField())


def acts(outline):
    """Rows that show somebody at work, with the column that says when.

    A quiz counts by its attempts: it may be done because somebody else has read it.
    """
    quizzes = [step.pk for step in outline.steps if step.kind == QuizPage.kind] if outline else []
    return (
        (Completion.objects.exclude(step__in=quizzes), "completed_at"),
        (Attempt.objects.all(), "opened_at"),
        (Attempt.objects.all(), "submitted_at"),
    )


def second_week(cohort, outline, enrolments, *, now):
    """How many people may be measured, and how many of them did something from their 8th to their 14th day. One query.

    Days are counted from the enrolment, or from the beginning of the cohort if that is later.
    """
    start = Value(cohort.opens_at, output_field=DateTimeField())
    people = enrolments.annotate(begun=Greatest("enrolled_at", start)).filter(begun__lte=now - 2 * WEEK)
    begun = Greatest(OuterRef("enrolled_at"), start)
    active = Q()
    for rows, moment in acts(outline):
        window = {f"{moment}__gte": DaysLater(begun, 7), f"{moment}__lt": DaysLater(begun, 14)}
        active |= Q(Exists(rows.filter(enrolment=OuterRef("pk"), **window)))
    return people.aggregate(measured=Count("pk"), active=Count("pk", filter=active))


def active_by_week(cohort, outline, enrolments, *, now):
    """The weeks of the cohort up to now, the last twelve at most. One query."""
    local = now.astimezone(cohort.zone).date()
    last = local - timedelta(days=local.weekday())
    first = max(cohort.opens_on - timedelta(days=cohort.opens_on.weekday()), last - (WEEKS_SHOWN - 1) * WEEK)
    first = min(first, last)
    mondays = [first + number * WEEK for number in range((last - first) // WEEK + 1)]
    edges = [datetime.combine(monday, time.min, tzinfo=cohort.zone) for monday in (*mondays, last + WEEK)]
    found = [
        rows.filter(**{"enrolment__in": enrolments, f"{moment}__gte": edges[0], f"{moment}__lt": edges[-1]})
        .order_by()
        .annotate(week=span_of(moment, edges[1:]))
        .values_list("enrolment_id", "week")
        for rows, moment in acts(outline)
    ]
    people = people_by_week(found[0].union(*found[1:]))
    return [Week(monday, people.get(number, 0)) for number, monday in enumerate(mondays)]


def people_by_week(lines):
    """How many lines each week has. The database counts them: Django does not group a union."""
    sql, params = lines.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT week, COUNT(*) FROM ({sql}) AS lines GROUP BY week", params)  # noqa: S608 — Django's own
        return dict(cursor.fetchall())


# ---------------------------------------------------------------- from the rows of the board


def stages(board):
    """The modules, with those who began and finished them."""
    for place, module in enumerate(board.outline.modules):
        total, steps = sum(step.required for step in module.steps), len(module.steps)
        people = Counter((row.done_by_module[place], row.extra_by_module[place]) for row in board.rows)
        finished = sum(count for one, count in people.items() if has_finished(total, steps, *one))
        yield Stage(module, len(board.rows) - people[0, 0], finished)


def scores(board):
    """The quizzes of the track, with the best scores of those who sent one. One query."""
    quizzes = [step for step in board.outline.steps if step.kind == QuizPage.kind]
    marks = dict(QuizPage.objects.filter(pk__in=[step.pk for step in quizzes]).values_list("pk", "pass_mark"))
    best: dict[int, list] = {step.pk: [] for step in quizzes}
    for row in board.rows:
        for result in row.results:
            if result.quiz_pk in best and result.percent is not None:
                best[result.quiz_pk].append(result)
    for step in quizzes:
        found, mark = best[step.pk], marks.get(step.pk)
        enough = len(found) >= ENOUGH_PEOPLE
        middle = median(result.percent for result in found) if enough else None
        under = sum(not result.passed for result in found) if enough and mark is not None else None
        yield Score(step, len(found), mark, middle, under)


def silences(board):
    """Those who have not finished, by the time since their last activity."""
    days = [row.days_silent for row in board.rows if not row.finished_at]
    for place, (first, label) in enumerate(SILENCES):
        last = SILENCES[place + 1][0] if place + 1 < len(SILENCES) else None
        yield Band(label, sum(first <= one and (last is None or one < last) for one in days))


def sectors(board):
    """The sectors that people come from, in the order of the list; nothing when nobody told theirs."""
    if not any(row.sector for row in board.rows):
        return
    for value, label in (*Sector.choices, ("", "Secteur non renseigné")):
        among = [row for row in board.rows if row.sector == value]
        if len(among) >= ENOUGH_PEOPLE:
            stalled = sum(row.status == Status.STALLED for row in among)
            yield Band(label, len(among), stalled, sum(row.status == Status.DONE for row in among))
        elif among:
            yield Band(label, len(among))
