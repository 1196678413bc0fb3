"""What a reminder rule means: from when to when it holds for somebody, why, and its words. Pure functions."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from courses.typography import FIXED, jour, pluriel
from learners.models import ReminderRule
from learners.standing import PARIS

Kind = ReminderRule.Kind
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# A word about the second week says nothing after it; a piece of news about a finished track grows old.
WEEK_TWO_ENDS = 4 * DAY
LATER_ENDS = 30 * DAY
# What ripened so long before a rule was switched on is still caught up; nothing older.
LOOK_BACK = 14 * DAY


@dataclass(frozen=True)
class Facts:
    """What a rule has to know of one enrolment; ``begun`` is when the person could begin, ``last`` when they came."""

    begun: datetime
    last: datetime
    started: bool = True
    done: int = 0
    total: int = 0
    finished_at: datetime | None = None
    closes_on: date | None = None
    session_at: datetime | None = None
    session_title: str = ""
    zone: ZoneInfo = PARIS


@dataclass(frozen=True)
class Window:
    """From when to when a rule holds, as long as nothing changes; without an end, until something does."""

    opens: datetime
    closes: datetime | None = None

    def holds(self, moment):
        """Whether it holds at that moment."""
        return self.opens <= moment and (self.closes is None or moment < self.closes)


def window(kind, delay, facts):
    """The Window of this rule for somebody of whom this is known, or None if it does not concern them.

    Days are counted on the wall where the person lives: ten days after nine o'clock is nine o'clock, whatever the
    clocks did meanwhile.
    """
    if kind == Kind.SESSION:
        return _before(facts.session_at, delay, facts)
    if kind == Kind.LATER:
        if facts.finished_at is None:
            return None
        opens = months_after(facts.finished_at.astimezone(facts.zone), delay)
        return Window(opens, opens + LATER_ENDS)
    if facts.finished_at is not None:
        return None
    if kind == Kind.CLOSING:
        ends = facts.closes_on and datetime.combine(facts.closes_on + DAY, time.min, tzinfo=facts.zone)
        return _before(ends, delay, facts)
    return _of_silence(kind, delay, facts)


def _before(moment, delay, facts):
    if moment is None:
        return None
    local = moment.astimezone(facts.zone)
    return Window(local - delay * DAY, local)


def _of_silence(kind, delay, facts):
    begun = facts.begun.astimezone(facts.zone)
    last = max(facts.last.astimezone(facts.zone), begun)
    match kind:
        case Kind.NOT_STARTED if not facts.started:
            return Window(begun + delay * DAY)
        case Kind.WEEK_TWO if facts.started and last < begun + WEEK:
            opens = begun + max(delay * DAY, WEEK)
            return Window(opens, opens + WEEK_TWO_ENDS)
        case Kind.LAST_STEP if facts.total - facts.done == 1 and facts.done:
            return Window(last + delay * DAY)
        case Kind.INACTIVE:
            return Window(last + delay * DAY)
    return None


def months_after(moment, months):
    """The same day so many months later, or the last of a shorter month, at the same hour of the wall."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


# ---------------------------------------------------------------- in French


def summary(rule):
    """« Ne vient plus depuis 10 jours »."""
    days = _days(rule.delay)
    match rule.kind:
        case Kind.NOT_STARTED:
            return f"N’a pas commencé {days} après son arrivée"
        case Kind.WEEK_TWO:
            return f"Rien en deuxième semaine, au {rule.delay}e jour"
        case Kind.INACTIVE:
            return f"Ne vient plus depuis {days}"
        case Kind.LAST_STEP:
            return f"Il ne reste qu’une étape, depuis {days}"
        case Kind.CLOSING:
            return f"La cohorte se termine dans {days}"
        case Kind.SESSION:
            return "Séance le lendemain" if rule.delay == 1 else f"Séance dans {days}"
        case Kind.LATER:
            return f"{rule.delay}{FIXED}mois après la fin"
    return f"Des relectures attendent depuis {days}"


def why(kind, facts, moment):
    """Why somebody receives a reminder at that moment: « 10 jours sans venir, 3 étapes sur 7 »."""
    steps = f"{facts.done}{FIXED}étape{pluriel(facts.done)} sur{FIXED}{facts.total}"
    match kind:
        case Kind.SESSION:
            return f"séance « {facts.session_title} » le {at_hour(facts.session_at, facts.zone)}"
        case Kind.CLOSING:
            return f"la cohorte se termine le {jour(facts.closes_on)}, {steps}"
        case Kind.LATER:
            return f"parcours terminé le {jour(facts.finished_at.astimezone(facts.zone))}"
        case Kind.NOT_STARTED:
            return f"{_days((moment - facts.begun).days)} sans commencer"
    silence = f"{_days((moment - max(facts.last, facts.begun)).days)} sans venir"
    return f"{silence}, {steps}" if kind != Kind.WEEK_TWO else f"rien en deuxième semaine, {steps}"


def at_hour(moment, zone):
    """« lundi 30 novembre 2026 à 14 h 30 », on the wall there."""
    local = moment.astimezone(zone)
    minutes = f"{FIXED}{local.minute:02}" if local.minute else ""
    return f"{date_format(local, 'l')} {jour(local)} à {local.hour}{FIXED}h{minutes}"


def _days(count):
    return f"{count}{FIXED}jour{pluriel(count)}"


# ---------------------------------------------------------------- words

# What may stand between braces, for every kind; and what only some have.
PLACES = ("{prénom}", "{parcours}", "{prochaine étape}", "{lien}", "{étapes faites}", "{étapes restantes}")
OWN_PLACES = {
    Kind.SESSION: ("{séance}", "{date}"),
    Kind.CLOSING: ("{cohorte}", "{date}"),
    Kind.NOT_STARTED: ("{jours}",),
    Kind.WEEK_TWO: ("{jours}",),
    Kind.INACTIVE: ("{jours}",),
    Kind.LAST_STEP: ("{jours}",),
}


def places_of(kind):
    """What the words of a rule of this kind may have between braces."""
    return (*PLACES, *OWN_PLACES.get(kind, ()))


def places_filled(facts, moment, *, first_name, track, cohort, step_title, url):
    """What stands in each place, by its folded name."""
    left = max(facts.total - facts.done, 0)
    until = at_hour(facts.session_at, facts.zone) if facts.session_at else jour(facts.closes_on)
    return {
        "prenom": first_name,
        "parcours": track,
        "prochaine etape": step_title or track,
        "lien": url,
        "etapes faites": f"{facts.done}{FIXED}étape{pluriel(facts.done)}",
        "etapes restantes": f"{left}{FIXED}étape{pluriel(left)}",
        "jours": _days((moment - max(facts.last, facts.begun)).days),
        "seance": facts.session_title,
        "date": until,
        "cohorte": cohort,
    }


# Said with « vous », then with « tu ». The other kinds have a letter of their own, which names what is done.
WORDS = {
    Kind.SESSION: (
        (
            "{séance} : {date}",
            "La séance « {séance} » du parcours « {parcours} » a lieu le {date}.\n\nTout est sur sa page :\n{lien}",
        ),
        (
            "{séance} : {date}",
            "La séance « {séance} » de ton parcours « {parcours} » a lieu le {date}.\n\nTout est sur sa page :\n{lien}",
        ),
    ),
    Kind.CLOSING: (
        (
            "La cohorte se termine le {date}",
            "La cohorte « {cohorte} » se termine le {date} ; il vous reste {étapes restantes} dans le parcours "
            "« {parcours} ».\n\nLa prochaine, « {prochaine étape} », est ici :\n{lien}",
        ),
        (
            "La cohorte se termine le {date}",
            "La cohorte « {cohorte} » se termine le {date} ; il te reste {étapes restantes} dans le parcours "
            "« {parcours} ».\n\nLa prochaine, « {prochaine étape} », est ici :\n{lien}",
        ),
    ),
    Kind.LATER: (
        (
            "Qu’avez-vous essayé depuis le parcours « {parcours} » ?",
            "Vous avez terminé le parcours « {parcours} » il y a quelque temps. Qu’avez-vous essayé depuis ? Qu’est-ce "
            "qui a marché, qu’est-ce qui a résisté ?\n\nTout ce que vous aviez fait est resté à sa place :\n{lien}",
        ),
        (
            "Qu’as-tu essayé depuis le parcours « {parcours} » ?",
            "Tu as terminé le parcours « {parcours} » il y a quelque temps. Qu’as-tu essayé depuis ? Qu’est-ce qui a "
            "marché, qu’est-ce qui a résisté ?\n\nTout ce que tu avais fait est resté à sa place :\n{lien}",
        ),
    ),
}
# What comes first when several hold on one day, unless somebody chose another order.
USUAL_PLACE = {kind: number for number, kind in enumerate(Kind)}
