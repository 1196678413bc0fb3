"""The evidence pack of a cohort, for funders and audits: what was followed, by whom, with which results."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import Value
from django.utils import timezone
from wagtail.models import Page

from courses.models import QuizVersion
from courses.outline import outline_by_pk
from courses.quizzes import Opinion, plain
from courses.typography import jour
from courses.versions import thaw
from learners.models import Answer, Attempt, Certificate, Completion, Enrolment
from learners.spreadsheets import Column, csv_lines

# Opinions of fewer people than this would tell who thinks what.
ENOUGH = 5
CHUNK = 1_000


@dataclass(frozen=True)
class Part:
    """One file of the pack: its columns, its rows, read as they leave, and what it holds in a sentence."""

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: Iterable = field(repr=False)


def write_pack(file, cohort, *, now):
    """Write the pack into the file as a ZIP; returns its manifest. As many queries for one learner as for thousands.

    Only one row of a table is in memory at a time. The figures of the manifest are counted in the rows that leave.
    """
    outline = outline_by_pk(cohort.track_id)
    counts: dict[str, int] = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as pack:
        files = [_write(pack, part, zone=cohort.zone) for part in parts_of(cohort, outline, counts)]
        readme = readme_of(cohort, files, now=now).encode()
        pack.writestr("README.txt", readme)
        files.append(_described("README.txt", readme))
        manifest = manifest_of(cohort, files, counts, now=now)
        pack.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2))
    return manifest


def parts_of(cohort, outline, counts):
    """The parts of the pack, in order; ``counts`` grows as their rows are read."""
    return (
        Part("programme.csv", "Le parcours : modules, étapes, durées, version publiée.", PROGRAMME, programme(outline)),
        Part(
            "inscriptions.csv",
            "Les personnes inscrites, retraits compris.",
            ENROLMENTS,
            counted(enrolments(cohort, outline), counts, ENROLMENT_FIGURES),
        ),
        Part(
            "activite.csv",
            "Chaque étape terminée, avec sa date ; pour une présence, qui l’a relevée.",
            ACTIVITY,
            counted(completions(cohort), counts, COMPLETION_FIGURES),
        ),
        Part(
            "resultats.csv",
            "Chaque tentative envoyée à un quiz : score et réussite, jamais les réponses.",
            RESULTS,
            counted(attempts(cohort), counts, ATTEMPT_FIGURES),
        ),
        Part(
            "attestations.csv",
            "Les attestations délivrées, et celles qui ont été révoquées.",
            CERTIFICATES,
            counted(certificates(cohort), counts, CERTIFICATE_FIGURES),
        ),
        Part(
            "satisfaction.csv",
            f"Les avis, regroupés par question ; cachés en dessous de {ENOUGH} personnes.",
            SATISFACTION,
            satisfaction(cohort),
        ),
    )


def counted(rows, counts, figures):
    """The rows as they come, while these figures are counted."""
    counts.update(dict.fromkeys(figures, 0))
    for row in rows:
        for name, holds in figures.items():
            counts[name] += bool(holds(row))
        yield row


# ---------------------------------------------------------------- the files


def _write(pack, part, *, zone):
    """Write one part line by line; returns its description."""
    digest, size, lines = hashlib.sha256(), 0, 0
    with pack.open(part.name, "w") as entry:
        for line in csv_lines(part.columns, part.rows, zone=zone):
            data = line.encode()
            entry.write(data)
            digest.update(data)
            size += len(data)
            lines += 1
    return {
        "name": part.name,
        "about": part.about,
        "sha256": digest.hexdigest(),
        "bytes": size,
        "rows": lines - 1,
    }


def _described(name, content):
    return {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def manifest_of(cohort, files, counts, *, now):
    """What the pack says of itself: each file with its hash, and the figures of the cohort."""
    return {
        "generated_at": timezone.localtime(now, cohort.zone).isoformat(timespec="seconds"),
        "cohort": {
            "id": cohort.pk,
            "name": cohort.name,
            "track": cohort.track.title,
            "opens_on": cohort.opens_on.isoformat(),
            "closes_on": cohort.closes_on.isoformat() if cohort.closes_on else None,
            "time_zone": cohort.time_zone,
        },
        "figures": counts,
        "files": files,
    }


def readme_of(cohort, files, *, now):
    """What is in the pack, in French, for somebody who never saw the site."""
    local = timezone.localtime(now, cohort.zone)
    until = f" au {jour(cohort.closes_on)}" if cohort.closes_on else ""
    listed = "\n".join(f"- {one['name']} ({one['rows']} lignes) : {one['about']}" for one in files)
    return README.format(
        cohort=cohort.name,
        track=cohort.track.title,
        dates=f"{jour(cohort.opens_on)}{until}",
        made=f"{jour(local)} à {local:%H:%M}",
        zone=cohort.get_time_zone_display(),
        files=listed,
        enough=ENOUGH,
    )


README = """Dossier de preuves

Cohorte : {cohort}
Parcours : {track}
Dates : du {dates}
Dossier fait le {made}, heure de {zone}. Toutes les dates sont à cette heure.

Ce que contient ce dossier

{files}
- manifest.json : l’empreinte SHA-256, la taille et le nombre de lignes de chaque fichier, et les totaux.

Les fichiers CSV s’ouvrent dans un tableur : encodage UTF-8, colonnes séparées par des points-virgules.
Une apostrophe devant un texte empêche le tableur de le prendre pour une formule.

Définitions

- Inscription : une personne suit le parcours dans cette cohorte. Qui s’est retiré y figure, avec la date du retrait.
  Le numéro d’inscription relie les fichiers entre eux. Les membres de l’équipe ne sont pas comptés.
- Étape obligatoire : étape publiée qui mène à l’attestation.
- Terminé : toutes les étapes obligatoires ont été terminées à cette date.
- Score : points obtenus sur points possibles de la tentative, tels qu’ils sont après d’éventuelles corrections.
- Réussie : « oui » ou « non » quand le quiz demande un seuil ; vide sinon, ou tant qu’une relecture est attendue.
- Avis : la dernière réponse de chaque personne ; rien n’est détaillé en dessous de {enough} personnes.

Données personnelles

Ce dossier nomme des personnes. Transmettez-le seulement à qui doit le lire, par un moyen sûr, et effacez-le quand il
n’est plus nécessaire. Les réponses aux quiz et les journaux personnels n’y sont pas.
"""


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
    online = dict(Page.objects.filter(pk__in=keys).values_list("pk", "latest_revision__created_at"))
    yield Line("Parcours", "", outline.title, "", outline.minutes, None, online[outline.pk])
    for module in outline.modules:
        yield Line("Module", str(module.number), module.title, "", module.minutes, None, online[module.pk])
        for step in module.steps:
            number = f"{module.number}.{step.number}"
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
        .order_by("issued_at", "pk")
        .iterator(chunk_size=CHUNK)
    )


CERTIFICATES = (
    Column("N° d’inscription", lambda row: row.enrolment_id),
    Column("Code", lambda row: row.code),
    Column("Titulaire", lambda row: row.holder),
    Column("Intitulé", lambda row: row.award_label),
    Column("Parcours", lambda row: row.track_title),
    Column("Version du parcours", lambda row: row.track_version),
    Column("Heures", lambda row: float(row.hours)),
    Column("Délivrée", lambda row: row.issued_at, hours=True),
    Column("Révoquée", lambda row: row.revoked_at, hours=True),
)
CERTIFICATE_FIGURES = {"certificates": lambda row: True, "revoked": lambda row: row.revoked_at}


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
        .order_by("attempt__submitted_at", "attempt_id", "pk")
        .values_list("question_id", "attempt__enrolment_id", "response")
    )
    latest: dict[str, dict[int, list]] = {one: {} for one in asked}
    for question_id, enrolment_pk, response in answers.iterator(chunk_size=CHUNK):
        if response:
            latest[question_id][enrolment_pk] = response
    for question_id, (quiz, question) in asked.items():
        yield from _opinions(quiz, question, list(latest[question_id].values()))


def _opinions(quiz, question, responses):
    if len(responses) < ENOUGH:
        yield Opinions(quiz, plain(question.prompt), f"(moins de {ENOUGH} personnes)", None, None)
        return
    for choice in question.choices:
        count = sum(choice.id in response for response in responses)
        yield Opinions(quiz, plain(question.prompt), choice.text, count, len(responses))


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
