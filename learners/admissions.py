"""A list of people → people of a cohort: a dry run that writes nothing, then each line on its own. Nobody is removed.

What the dry run showed travels to the confirmation signed, so that exactly that is done; whatever changed meanwhile is
asked again, so that confirming twice enrols once, and so that one that was interrupted goes on where it stopped. A list
never holds the cohort while it waits for a person: locks keep their order (learners.seats).
"""

from collections import Counter
from dataclasses import asdict, dataclass, replace

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from learners import documents, pairs, rosters, seats
from learners import enrolment as enrolments
from learners.errors import CohortFull, LearnerError, NotPairable
from learners.models import Enrolment, Sector, User
from learners.rosters import Line

SALT = "learners.admissions"
HOURS = 12
CREATE, UPDATE, UNCHANGED, ERROR = "create", "update", "unchanged", "error"


class NotConfirmable(ValueError):
    """A confirmation that is too old, altered, or somebody else's; says so in French."""


@dataclass(frozen=True)
class Entry:
    """One line and what becomes of it: « create », « update », « unchanged » or « error », and why."""

    line: Line
    action: str
    detail: str = ""


@dataclass(frozen=True)
class Plan:
    """What a list would do to a cohort."""

    entries: tuple[Entry, ...]
    headings: tuple[str, ...]
    notice: str = ""
    parcel: str = ""

    def of(self, action):
        """The entries of that action."""
        return [entry for entry in self.entries if entry.action == action]

    @property
    def counts(self):
        """How many entries of each action."""
        counted = Counter(entry.action for entry in self.entries)
        return {action: counted[action] for action in (CREATE, UPDATE, UNCHANGED, ERROR)}


@dataclass(frozen=True)
class Outcome:
    """What a list did: how many came in, wait, were changed; and the lines of which nothing was made."""

    enrolled: int
    waiting: int
    updated: int
    plan: Plan


def dry_run(data, *, cohort, by):
    """The Plan for the bytes of a file; nothing is written. Raises rosters.Unreadable."""
    roster = rosters.read(data)
    parcel = signing.dumps(
        {
            "by": by.pk,
            "cohort": cohort.pk,
            "headings": roster.headings,
            "lines": [list(asdict(line).values()) for line in roster.lines],
        },
        salt=SALT,
        compress=True,
    )
    return replace(judged(roster.lines, roster.headings, cohort), notice=roster.notice, parcel=parcel)


def opened(parcel, *, cohort, by):
    """The lines and headings of a parcel made by this person for this cohort. Raises NotConfirmable."""
    try:
        kept = signing.loads(parcel, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature as error:
        raise NotConfirmable(
            "Cette vérification a expiré ou a été modifiée. Choisissez le fichier à nouveau."
        ) from error
    if kept["by"] != by.pk or kept["cohort"] != cohort.pk:
        raise NotConfirmable("Cette vérification a été faite pour une autre liste. Choisissez le fichier à nouveau.")
    lines = [Line(number, tuple(cells), *facts) for number, cells, *facts in kept["lines"]]
    return lines, tuple(kept["headings"])


def looked_at(parcel, *, cohort, by):
    """The Plan of a parcel as things stand now. Raises NotConfirmable."""
    lines, headings = opened(parcel, cohort=cohort, by=by)
    return replace(judged(lines, headings, cohort), parcel=parcel)


def confirm(parcel, *, cohort, by, at):
    """Do what a dry run showed to this person; the Outcome. Doing it again changes nothing. Raises NotConfirmable."""
    lines, headings = opened(parcel, cohort=cohort, by=by)
    plan = judged(lines, headings, cohort)
    done = [admitted(entry, cohort=cohort, by=by, at=at) for entry in plan.entries]
    pair_up([line for line in lines if not line.fault], cohort=cohort, by=by, at=at)
    counted = Counter(what for what, _ in done)
    plan = replace(plan, entries=tuple(entry for _, entry in done), parcel=parcel)
    return Outcome(enrolled=counted["enrolled"], waiting=counted["waiting"], updated=counted["updated"], plan=plan)


def judged(lines, headings, cohort):
    """The Plan of these lines as things stand. Two queries, whatever their number."""
    addresses = [line.email for line in lines if not line.fault]
    people = {
        person.email.casefold(): person
        for person in User.objects.annotate(small=Lower("email")).filter(small__in=addresses)
    }
    rows = {
        row.person_id: row
        for row in Enrolment.objects.filter(track=cohort.track_id, person__in=people.values()).select_related("cohort")
    }
    waiting = set(cohort.waiting.waiting().values_list("person_id", flat=True))
    entries = []
    for line in lines:
        person = people.get(line.email)
        entries.append(entry_of(line, person, rows.get(person.pk) if person else None, cohort, waiting))
    return Plan(entries=tuple(entries), headings=headings)


def entry_of(line, person, row, cohort, waiting):
    """What becomes of this line, given the person and the enrolment that it names (or None)."""
    fault = line.fault or (fault_of_newcomer(line) if person is None else fault_of_known(person, row, cohort))
    fault = fault or fault_of_glyphs(line.organisation)
    if fault:
        return Entry(line, ERROR, fault)
    if person is None or row is None or row.cohort_id != cohort.pk:
        if person is not None and person.pk in waiting:
            return Entry(line, UNCHANGED, "Déjà sur la liste d’attente.")
        return Entry(line, CREATE)
    changes = [
        word
        for told, known, word in (
            (line.organisation, row.organisation, f"Organisation : {line.organisation}."),
            (line.sector, row.sector, f"Secteur : {Sector(line.sector).label}." if line.sector else ""),
        )
        if told and told != known
    ]
    return Entry(line, UPDATE, " ".join(changes)) if changes else Entry(line, UNCHANGED, "Déjà dans la cohorte.")


def fault_of_newcomer(line):
    """Why no account can be made of this line; nothing if it can."""
    if not line.first_name or not line.last_name:
        return "Il manque le prénom ou le nom : ils figurent sur l’attestation."
    return fault_of_glyphs(f"{line.first_name} {line.last_name}")


def fault_of_glyphs(name):
    """Why an attestation could not bear this name, of the person or of the organisation; nothing if it can."""
    return "" if documents.printable(name) else f"{documents.UNPRINTABLE} Lu : « {name[:40]} »."


def fault_of_known(person, row, cohort):
    """Why somebody who has an account cannot come in; nothing if they can, or are there."""
    if not person.is_active:
        return "Le compte de cette personne est fermé."
    if row is None or (row.withdrawn_at is None and row.cohort_id is None):
        return ""
    if row.withdrawn_at is not None:
        return "Cette personne s’est retirée du parcours : elle peut revenir, ou vous la faites revenir des retraits."
    if row.cohort_id != cohort.pk:
        return "Cette personne suit déjà ce parcours avec une autre cohorte."
    return ""


def admitted(entry, *, cohort, by, at):
    """Do what this entry says: (« enrolled », « waiting », « updated » or nothing, the entry as it turned out)."""
    line = entry.line
    if entry.action == UPDATE:
        row = Enrolment.objects.get(person__email__iexact=line.email, track=cohort.track_id)
        told = {"organisation": line.organisation or row.organisation, "sector": line.sector or row.sector}
        enrolments.describe(enrolment=row, **told, by=by, at=at, reason="Liste importée")
        return "updated", entry
    if entry.action != CREATE:
        return "", entry
    try:
        with transaction.atomic():
            return let_in(line, cohort=cohort, at=at), entry
    except LearnerError as refusal:
        return "", Entry(line, ERROR, str(refusal))


def let_in(line, *, cohort, at):
    """« enrolled », or « waiting » when every seat is taken."""
    person, told = account_of(line), {"organisation": line.organisation, "sector": line.sector}
    try:
        enrolments.enrol(person=person, track_pk=cohort.track_id, at=at, cohort=cohort, late=True, **told)
    except CohortFull:
        seats.wait(person=person, cohort=cohort, at=at, late=True, tell=True, **told)
        return "waiting"
    return "enrolled"


def account_of(line):
    """The person with this address; a new one chooses a password from the letter of welcome."""
    known = User.objects.filter(email__iexact=line.email).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return User.objects.create_user(line.email, None, first_name=line.first_name, last_name=line.last_name)
    except IntegrityError:  # they signed up in this very moment
        return User.objects.get(email__iexact=line.email)


def pair_up(lines, *, cohort, by, at):
    """Make a pair of each two lines that say so, when both came in and are alone."""
    together: dict[str, list[str]] = {}
    for line in lines:
        if line.pair:
            together.setdefault(line.pair, []).append(line.email)
    for addresses in together.values():
        rows = cohort.enrolments.active().annotate(small=Lower("person__email")).filter(small__in=addresses)
        members = list(rows.order_by("pk"))
        if len(members) == 2:
            try:
                pairs.pair(first=members[0], second=members[1], by=by, at=at)
            except NotPairable:
                continue
