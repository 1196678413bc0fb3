"""Questions as groups of form controls, and posted forms as responses.

Everything works with the controls that every browser has: boxes to tick, lines to type in, lists to
choose from. Whether a response fits is the verb's to say.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from courses.quizzes import Response
from learners.merging import Clash
from lms.results import feedback_on

PREFIX = "q-"
SURE = "sure-"
ROW = "."

CERTAINTIES = ((1, "Faible"), (2, "Moyenne"), (3, "Élevée"))


def field_name(question_id):
    """The HTML name of the controls of a question."""
    return f"{PREFIX}{question_id}"


@dataclass(frozen=True)
class Option:
    """Something to choose; ``text`` names it, the rest stands under it."""

    id: str
    text: str
    checked: bool
    html_id: str = ""
    more: str = ""
    picture: object = None
    sound: object = None


@dataclass(frozen=True)
class Row:
    """One thing to place: a list to choose from, or a line to type in when ``options`` is empty."""

    text: str
    name: str
    html_id: str
    value: str
    options: tuple[Option, ...]
    before: str = ""


@dataclass(frozen=True)
class QuestionField:
    """A question as a group of controls; ``name`` is the HTML field name."""

    number: int
    total: int
    question: Any  # each kind has its own controls
    response: Any
    missing: bool = False
    asks_certainty: bool = False
    certainty: int | None = None
    # In a quiz that is checked as one goes: whether this question is, and what it answered back.
    checks: bool = False
    feedback: Any = None
    # Another page gave the answer ``there`` meanwhile; ``response`` is not stored if this page differs.
    clash: Clash | None = None
    there: str = ""

    @property
    def name(self):
        """The name of the controls."""
        return field_name(self.question.id)

    @property
    def template(self):
        """The template of the controls."""
        return f"components/controls/{self.question.control}.html"

    @property
    def hint(self):
        """What to do, where the controls do not say it."""
        match self.question.kind:
            case "open":
                return HINTS[f"open_{self.question.review}"]
            case "gaps":
                typed = any(not gap.wrong for gap in self.question.gaps)
                return HINTS["gaps_typed" if typed else "gaps"]
        return HINTS.get(self.question.kind, "")

    @property
    def described_by(self):
        """The ids of the sentences that go with the group."""
        parts = [f"{self.name}-aide" if self.hint else "", f"{self.name}-manque" if self.missing else ""]
        return " ".join(part for part in parts if part)

    @property
    def options(self):
        """The proposed answers, in the order of this attempt."""
        return [
            Option(
                id=option.id,
                text=option.text,
                more=option.more,
                picture=option.picture,
                sound=option.sound,
                checked=option.id in self.response,
                html_id=f"{self.name}-{position}",
            )
            for position, option in enumerate(self.question.options, start=1)
        ]

    @cached_property
    def rows(self):
        """What is to be placed, or the gaps with the text before each."""
        segments = getattr(self.question, "segments", ())
        return [self._row(position, row, segments) for position, row in enumerate(self.question.rows, start=1)]

    @property
    def after(self):
        """The end of a text with gaps."""
        return self.question.segments[-1]

    @property
    def certainties(self):
        """How sure one can be."""
        return [
            Option(
                id=str(value), text=words, checked=self.certainty == value, html_id=f"{SURE}{self.question.id}-{value}"
            )
            for value, words in CERTAINTIES
        ]

    @property
    def certainty_name(self):
        """The name of the controls that say how sure one is."""
        return f"{SURE}{self.question.id}"

    def _row(self, position, row, segments):
        value = self.response.get(row.id, "")
        places = self.question.places(row.id)
        return Row(
            text=row.text,
            name=f"{self.name}{ROW}{row.id}",
            html_id=f"{self.name}-{position}",
            value=value,
            options=tuple(Option(id=one.id, text=one.text, checked=one.id == value) for one in places),
            before=segments[position - 1] if segments else "",
        )


HINTS = {
    "multiple": "Plusieurs réponses sont possibles.",
    "number": "Un nombre, écrit par exemple 1 234,5.",
    "matching": "Pour chaque élément, choisir ce qui va avec.",
    "ordering": "Donner à chaque élément son rang.",
    "sorting": "Choisir une catégorie pour chaque élément.",
    "gaps": "Compléter chaque trou du texte.",
    "gaps_typed": "Compléter chaque trou du texte par un mot ou deux.",
    "open_instructor": "Le texte sera relu par une formatrice ou un formateur, avec des critères.",
    "open_self": "Une réponse modèle sera montrée ensuite, pour comparer. Rien n’est noté.",
    "opinion": "Il n’y a pas de bonne réponse : cet avis n’est pas noté.",
}


class QuizForm:
    """The questions of an attempt with the answers kept so far, and which are missing.

    ``kept``, ``certainties`` and ``feedback`` are keyed by question id. ``clashes`` are the
    questions that another page answered meanwhile: what this one shows stays visible.
    """

    def __init__(self, quiz, kept, *, missing=(), certainties=None, feedback=None, clashes=()):
        clash = {one.question_id: one for one in clashes}
        typed = {one.question_id: one.here for one in clashes if one.touched}
        self.questions = [
            QuestionField(
                number=number,
                total=len(quiz.questions),
                question=question,
                response=typed.get(question.id, kept.get(question.id, question.blank)),
                missing=question.id in missing,
                asks_certainty=quiz.asks_certainty(question),
                certainty=(certainties or {}).get(question.id),
                checks=quiz.checks(question),
                feedback=(feedback or {}).get(question.id),
                clash=clash.get(question.id),
                there=question.say(kept.get(question.id, question.blank)),
            )
            for number, question in enumerate(quiz.questions, start=1)
        ]

    @property
    def has_lines(self):
        """Whether the return key would send the form: browsers do so from a line to type in."""
        return any(field.question.control in {"line", "gaps"} for field in self.questions)

    @property
    def has_rows(self):
        """Whether there is something to place, which a pointer may drag."""
        return any(field.question.control == "rows" for field in self.questions)

    @property
    def missing(self):
        """The questions that were left blank when the person tried to send."""
        return [field for field in self.questions if field.missing]

    @property
    def clashing(self):
        """The questions that were answered otherwise from another page."""
        return [field for field in self.questions if field.clash]


def responses_in(data, quiz):
    """The responses of a posted quiz form, by question id: those of the questions on that page.

    An unticked group posts nothing; the empty hidden control of each group tells « left blank »
    from « not on this page ». What this quiz does not hold is given too, for the verb to refuse.
    """
    posted = {name.removeprefix(PREFIX).partition(ROW)[0] for name in data if name.startswith(PREFIX)}
    found: dict[str, Response] = {}
    for question_id in posted:
        question = quiz.question(question_id)
        found[question_id] = READ[question.control](data, field_name(question_id)) if question else []
    return found


def ticked(data, name):
    """The ticked boxes of a group."""
    return [value for value in data.getlist(name) if value]


def written(data, name):
    """The text of a field, with the ends of lines of everybody else."""
    return data.get(name, "").replace("\r\n", "\n")


def placed(data, name):
    """What was chosen or typed for each row of a group."""
    prefix = name + ROW
    return {key.removeprefix(prefix): data[key] for key in data if key.startswith(prefix) and data[key]}


READ = {"choices": ticked, "line": written, "text": written, "rows": placed, "gaps": placed}


def certainties_in(data, quiz):
    """How sure the learner is, by question id; what makes no sense is given as 0, for the verb to refuse."""
    found = {}
    for question in quiz.questions:
        value = data.get(f"{SURE}{question.id}")
        if value and quiz.asks_certainty(question):
            found[question.id] = int(value) if value in {"1", "2", "3"} else 0
    return found


def form_of(attempt, answers, shown, *, missing=(), clashes=()):
    """The form of an open attempt: what was kept (``answers``, by question id), and what was checked on the way."""
    return QuizForm(
        attempt.paper,
        {key: answer.response for key, answer in answers.items()},
        certainties={key: answer.certainty for key, answer in answers.items()},
        feedback={one.id: feedback_on(one, answers.get(one.id), shown) for one in attempt.paper.questions},
        missing=missing,
        clashes=clashes,
    )
