"""The rows and the columns of each file of an evidence pack, read as they leave."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db.models import Value
from wagtail.models import Page

from courses.models import QuizVersion
from courses.quizzes import Opinion, plain
from courses.versions import thaw
from learners.models import Answer, Attempt, Certificate, Completion, Enrolment
from learners.spreadsheets import Column

# Opinions of fewer people than this would tell who thinks what.
ENOUGH = 5
CHUNK = 1_000

# ---------------------------------------------------------------- what is followed


@dataclass(frozen=True)
class Line:
    """A track, a module or a step of the programme."""

    level: str
    number: str
    title: str
    kind: str
    minutes: int
    required: bool | None
    published_at: object


def programme(outline):
    """The track, its modules and their steps, each with the date of the version that is online. One query."""
    if outline is None:
        return
    keys = [outline.pk, *(module.pk for module in outline.modules), *(step.pk for step in outline.steps)]
    online = dict(Page.objects.filter(pk__in=keys).values_list("pk", "live_revision__created_at"))
    yield Line("Parcours", "", outline.title, "", outline.minutes, None, online[outline.pk])
    for module in outline.modules:
        yield Line("Module", str(module.number), module.title, "", module.minutes, None, online[module.pk])
        for place, step in enumerate(module.steps, start=1):
            number = f"{module.number}.{place}"
            yield Line("Étape", number, step.title, step.kind_label, step.minutes, step.required, online[step.pk])


PROGRAMME = (
    Column("Niveau", lambda one: one.level),
    Column("Numéro", lambda one: one.number),
    Column("Titre", lambda one: one.title),
    Column("Nature", lambda one: one.kind),
    Column("Minutes", lambda one: one.minutes),
    Column("Obligatoire", lambda one: one.required),
    Column("Version du", lambda one: one.published_at, hours=True),
)


# ---------------------------------------------------------------- by whom


def enrolments(cohort, outline):
    """Everybody who was ever in the cohort and still belongs to it, staff left out."""
    rows = Enrolment.objects.filter(cohort=cohort, person__is_staff=False).select_related("person")
    rows = rows.with_progress(outline) if outline else rows.annotate(done=Value(0))
    total = len(outline.required) if outline else 0
    return rows.annotate(total=Value(total)).order_by("pk").iterator(chunk_size=CHUNK)


ENROLMENTS = (
    Column("N° d’inscription", lambda row: row.pk),
    Column("Nom", lambda row: row.person.last_name),
    Column("Prénom", lambda row: row.person.first_name),
    Column("Adresse e-mail", lambda row: row.person.email),
    Column("Organisation", lambda row: row.organisation),
    Column("Secteur", lambda row: row.get_sector_display()),
    Column("Inscription", lambda row: row.enrolled_at, hours=True),
    Column("Dernière activité", lambda row: row.last_activity_at, hours=True),
    Column("Étapes terminées", lambda row: row.done),
    Column("Étapes obligatoires", lambda row: row.total),
    Column("Terminé", lambda row: row.completed_at, hours=True),
    Column("Retrait", lambda row: row.withdrawn_at, hours=True),
)
ENROLMENT_FIGURES = {
    "enrolled": lambda row: True,
    "withdrawn": lambda row: row.withdrawn_at,
    "finished": lambda row: row.completed_at,
}


def completions(cohort):
    """Every step that was finished, as tuples: there are many."""
    return (
        Completion.objects.filter(enrolment__cohort=cohort, enrolment__person__is_staff=False)
        .order_by("enrolment", "completed_at", "pk")
        .values_list(
            "enrolment_id",
            "completed_at",
            "recorded_by_id",
            "step__title",
            *NAMES,
            "recorded_by__first_name",
            "recorded_by__last_name",
            "recorded_by__email",
            named=True,
        )
        .iterator(chunk_size=CHUNK)
    )


NAMES = ("enrolment__person__first_name", "enrolment__person__last_name", "enrolment__person__email")


def name_of(row):
    """The name of the learner of a tuple, or the address of who gave none."""
    full = f"{row.enrolment__person__first_name} {row.enrolment__person__last_name}".strip()
    return full or row.enrolment__person__email


def recorder_of(row):
    """Who took the register, or None."""
    full = f"{row.recorded_by__first_name or ''} {row.recorded_by__last_name or ''}".strip()
    return full or row.recorded_by__email


ACTIVITY = (
    Column("N° d’inscription", lambda row: row.enrolment_id),
    Column("Personne", name_of),
    Column("Étape", lambda row: row.step__title),
    Column("Terminée le", lambda row: row.completed_at, hours=True),
    Column("Présence relevée par", recorder_of),
)
COMPLETION_FIGURES = {"completions": lambda row: True, "attended": lambda row: row.recorded_by_id}


def attempts(cohort):
    """Every attempt that was sent, as tuples."""
    return (
        Attempt.objects.filter(enrolment__cohort=cohort, enrolment__person__is_staff=False, submitted_at__isnull=False)
        .order_by("enrolment", "quiz", "number")
        .values_list(
            "enrolment_id",
            "number",
            "opened_at",
            "submitted_at",
            "score",
            "max_score",
            "passed",
            "quiz__title",
            *NAMES,
            named=True,
        )
        .iterator(chunk_size=CHUNK)
    )


RESULTS = (
    Column("N° d’inscription", lambda row: row.enrolment_id),
    Column("Personne", name_of),
    Column("Quiz", lambda row: row.quiz__title),
    Column("Tentative", lambda row: row.number),
    Column("Commencée", lambda row: row.opened_at, hours=True),
    Column("Envoyée", lambda row: row.submitted_at, hours=True),
    Column("Points", lambda row: row.score),
    Column("Points possibles", lambda row: row.max_score),
    Column("Réussie", lambda row: row.passed),
)
ATTEMPT_FIGURES = {"attempts": lambda row: True, "passed": lambda row: row.passed}


def certificates(cohort):
    """Every attestation, with the facts that were frozen on its day."""
    return (
        Certificate.objects.filter(enrolment__cohort=cohort, enrolment__person__is_staff=False)
        .select_related("replacement")
        .order_by("issued_at", "pk")
        .iterator(chunk_size=CHUNK)
    )


CERTIFICATES = (
    Column("N° d’inscription", lambda row: row.enrolment_id),
    Column("Code", lambda row: row.code),
    Column("Titulaire", lambda row: row.holder),
    Column("Organisation", lambda row: row.organisation),
    Column("Intitulé", lambda row: row.award_label),
    Column("Parcours", lambda row: row.track_title),
    Column("Module", lambda row: row.module_title),
    Column("Version", lambda row: row.version),
    Column("Heures", lambda row: float(row.hours)),
    Column("Délivrée", lambda row: row.issued_at, hours=True),
    Column("Révoquée", lambda row: row.revoked_at, hours=True),
    Column("Remplacée par", lambda row: row.replacement.code if row.is_replaced else None),
)
CERTIFICATE_FIGURES = {
    "certificates": lambda row: not row.is_replaced and not row.module_id,
    "revoked": lambda row: row.revoked_at and not row.module_id,
    "module_certificates": lambda row: not row.is_replaced and row.module_id,
    "module_revoked": lambda row: row.revoked_at and row.module_id,
}


# ---------------------------------------------------------------- what people think


@dataclass(frozen=True)
class Opinions:
    """How many people chose one answer; ``count`` is None where too few answered."""

    quiz: str
    question: str
    choice: str
    count: int | None
    people: int | None


def satisfaction(cohort):
    """The opinions, question by question and choice by choice, of the last sent answer of each person. Two queries."""
    asked = {}
    for version in _versions(cohort):
        for question in thaw(version).questions:
            if isinstance(question, Opinion):
                asked[question.id] = (version.quiz.title, question)  # the words of the latest version
    answers = (
        Answer.objects.filter(
            attempt__enrolment__cohort=cohort,
            attempt__enrolment__person__is_staff=False,
            attempt__submitted_at__isnull=False,
            question_id__in=asked,
        )
        .order_by("question_id", "attempt__enrolment_id", "attempt__submitted_at", "attempt_id", "pk")
        .values_list("question_id", "attempt__enrolment_id", "response")
    )
    people: Counter[str] = Counter()
    chosen: Counter[tuple[str, str]] = Counter()
    for (question_id, _), given in groupby(answers.iterator(chunk_size=CHUNK), key=itemgetter(0, 1)):
        responses = [response for *_, response in given if response]
        if responses:
            people[question_id] += 1
            chosen.update((question_id, choice) for choice in set(responses[-1]))
    for question_id, (quiz, question) in asked.items():
        yield from _opinions(quiz, question, people[question_id], chosen)


def _opinions(quiz, question, people, chosen):
    if people < ENOUGH:
        yield Opinions(quiz, plain(question.prompt), f"(moins de {ENOUGH} personnes)", None, None)
        return
    for choice in question.choices:
        yield Opinions(quiz, plain(question.prompt), choice.text, chosen[question.id, choice.id], people)


def _versions(cohort):
    """The versions of quizzes that the cohort met, the oldest first. One query."""
    met = Attempt.objects.filter(enrolment__cohort=cohort, submitted_at__isnull=False).values("version")
    return QuizVersion.objects.filter(pk__in=met).select_related("quiz").order_by("quiz__path", "pk")


SATISFACTION = (
    Column("Quiz", lambda one: one.quiz),
    Column("Question", lambda one: one.question),
    Column("Réponse", lambda one: one.choice),
    Column("Personnes", lambda one: one.count),
    Column("Personnes qui ont répondu", lambda one: one.people),
)
