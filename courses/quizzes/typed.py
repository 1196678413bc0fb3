"""Questions answered by typing: a few words, a number, a text of one's own. The response is the text."""

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from courses.quizzes import figures, spelling
from courses.quizzes.base import LONGEST_LINE, LONGEST_TEXT, BaseQuestion, Frozen, Response, plain
from courses.quizzes.spelling import LENIENCIES, Leniency


class TypedQuestion(BaseQuestion):
    control: ClassVar[str] = "line"
    blank: ClassVar[Response] = ""
    longest: ClassVar[int] = LONGEST_LINE

    def accepts(self, response) -> bool:
        """A text of a reasonable length."""
        return isinstance(response, str) and len(response) <= self.longest

    def complete(self, response: Response) -> bool:
        """Whether something was written."""
        return bool(str(response).strip())

    def say(self, response: Response) -> str:
        """The text itself."""
        return str(response).strip()


class ShortText(TypedQuestion):
    """A few words, compared with the accepted ones; ``forgive`` lists the differences that do not count."""

    kind: Literal["short_text"] = "short_text"
    accepted: tuple[str, ...] = Field(strict=False, min_length=1)
    forgive: tuple[Leniency, ...] = Field(default=LENIENCIES, strict=False)

    @property
    def right_response(self) -> Response:
        """The first accepted answer."""
        return self.accepted[0]

    def fraction(self, response: Response) -> float | None:
        """Everything for an accepted answer."""
        return float(spelling.matches(str(response), self.accepted, self.forgive))

    def remark(self, response: Response) -> str:
        """Says when the answer is a slip of the pen away from the right one; it earns nothing."""
        close = spelling.near(str(response), self.accepted, self.forgive)
        return "C’est presque cela : relisez l’orthographe." if close else ""


class Number(TypedQuestion):
    """A number, right within a tolerance, in a unit if there is one.

    ``units`` lists the accepted ways to write the unit; the first one is shown beside the field,
    unless the learner must write it.
    """

    kind: Literal["number"] = "number"
    value: Decimal = Field(strict=False, allow_inf_nan=False)
    tolerance: Decimal = Field(default=Decimal(0), ge=0, strict=False, allow_inf_nan=False)
    # The tolerance is a share of the value, in per cent.
    relative: bool = False
    units: tuple[str, ...] = Field(default=(), strict=False)
    unit_required: bool = False

    @property
    def unit(self) -> str:
        """The unit to show, or nothing."""
        return self.units[0] if self.units else ""

    @property
    def margin(self) -> Decimal:
        """How far from the value an answer may be."""
        return abs(self.value) * self.tolerance / 100 if self.relative else self.tolerance

    @property
    def right_response(self) -> Response:
        """The value, written in French."""
        return f"{figures.written(self.value)} {self.unit}".strip()

    @property
    def solution(self) -> str:
        """The value and what is accepted around it."""
        around = f" (à {figures.written(self.margin)} près)" if self.margin else ""
        return f"{self.right_response}{around}"

    def fraction(self, response: Response) -> float | None:
        """Everything for a value within the tolerance, in an accepted unit."""
        parsed = figures.parse(str(response))
        return float(parsed is not None and self._close(parsed[0]) and self._unit_fits(parsed[1]))

    def remark(self, response: Response) -> str:
        """Says when the text is not a number, or when only the unit is wrong."""
        parsed = figures.parse(str(response))
        if not self.complete(response):
            return ""
        if parsed is None:
            return "Ce n’est pas un nombre : écrivez par exemple 1 234,5."
        if self._close(parsed[0]) and not self._unit_fits(parsed[1]):
            return "Le nombre est le bon, mais pas l’unité." if parsed[1] else "Le nombre est le bon ; l’unité manque."
        return ""

    def _close(self, value):
        return abs(value - self.value) <= self.margin

    def _unit_fits(self, typed):
        if not typed:
            return not (self.units and self.unit_required)
        return bool(self.units) and spelling.matches(typed, self.units, ("apostrophes", "spaces", "accents", "case"))


class Criterion(Frozen):
    """One line of a rubric: what is looked for, and what it earns at most."""

    id: str
    text: str
    points: int = Field(ge=1)


class OpenText(TypedQuestion):
    """A text of one's own.

    Reviewed by an instructor against a rubric: its worth is unknown until then. Or compared by the
    learner with a model answer, shown once it is sent: nothing is scored, and answering is enough.
    """

    kind: Literal["open"] = "open"
    review: Literal["instructor", "self"] = "instructor"
    model_answer: str = ""
    rubric: tuple[Criterion, ...] = Field(default=(), strict=False)

    control: ClassVar[str] = "text"
    longest: ClassVar[int] = LONGEST_TEXT

    @property
    def automatic(self) -> bool:
        """An instructor has to read it, unless the learner compares."""
        return self.review == "self"

    @property
    def right_response(self) -> Response:
        """The model answer, or any text."""
        return plain(self.model_answer) or "…"

    @property
    def solution(self) -> str:
        """The model answer."""
        return plain(self.model_answer)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """What its reader gives points to: the rubric, or the answer as a whole."""
        return self.rubric or (Criterion(id="whole", text="La réponse dans son ensemble", points=max(self.points, 1)),)

    def reviewed(self, levels: Mapping[str, int]) -> float | None:
        """The worth that these points give, by criterion id, from 0 to 1; None when they do not fit."""
        fits = levels.keys() == {criterion.id for criterion in self.criteria} and all(
            levels[criterion.id] in range(criterion.points + 1) for criterion in self.criteria
        )
        return sum(levels.values()) / sum(criterion.points for criterion in self.criteria) if fits else None

    def fraction(self, response: Response) -> float | None:
        """Unknown until an instructor has read it; a blank one needs no reader."""
        if self.review == "instructor" and self.complete(response):
            return None
        return 0.0
