"""What a quiz is, as plain frozen values: no Django, no people.

A quiz is written in Wagtail (courses.blocks.questions), frozen here, stored as JSON by the
content hash, and read back by the same strict schema, which refuses unknown keys.

The *response* to a question is a JSON value; for the types below it is a list of choice ids.
"""

import hashlib
import re
from html import unescape
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Response = list[str]


def plain(html):
    """The text of a rich-text fragment, for summaries, exports and letters."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Choice(Frozen):
    id: str
    text: str
    correct: bool = False


class BaseQuestion(Frozen):
    """What every question offers to forms, grading, summaries and history."""

    id: str
    prompt: str
    explanation: str
    points: int = Field(default=1, ge=1)

    @property
    def options(self) -> tuple[Choice, ...]:
        """The proposed answers, in the order of the author."""
        raise NotImplementedError

    @property
    def summary(self) -> str:
        """The question as one line of text."""
        return plain(self.prompt)

    @property
    def right_response(self) -> Response:
        """The response that earns all the points."""
        return [option.id for option in self.options if option.correct]

    def accepts(self, response: Response) -> bool:
        """Whether this response could have come from our own form."""
        return set(response) <= {option.id for option in self.options} and len(response) == len(set(response))

    def fraction(self, response: Response) -> float:
        """The worth of a response, from 0 to 1."""
        return float(bool(response) and set(response) == set(self.right_response))

    def say(self, response: Response) -> str:
        """The response as the learner saw it; empty for a blank one."""
        chosen = set(response)
        return " ; ".join(option.text for option in self.options if option.id in chosen)


class SingleChoice(BaseQuestion):
    kind: Literal["single"] = "single"
    choices: tuple[Choice, ...] = Field(strict=False)

    @property
    def options(self) -> tuple[Choice, ...]:
        """The author's choices."""
        return self.choices

    def accepts(self, response: Response) -> bool:
        """One choice at most."""
        return len(response) <= 1 and super().accepts(response)


class MultipleChoice(BaseQuestion):
    kind: Literal["multiple"] = "multiple"
    choices: tuple[Choice, ...] = Field(strict=False)

    @property
    def options(self) -> tuple[Choice, ...]:
        """The author's choices."""
        return self.choices


class TrueFalse(BaseQuestion):
    kind: Literal["true_false"] = "true_false"
    answer: bool

    @property
    def options(self) -> tuple[Choice, ...]:
        """« Vrai » and « Faux »."""
        return (
            Choice(id="true", text="Vrai", correct=self.answer),
            Choice(id="false", text="Faux", correct=not self.answer),
        )

    def accepts(self, response: Response) -> bool:
        """One side at most."""
        return len(response) <= 1 and super().accepts(response)


Question = Annotated[SingleChoice | MultipleChoice | TrueFalse, Field(discriminator="kind")]


class Quiz(Frozen):
    """A quiz as one learner meets it: ``pass_mark`` in per cent, None when nothing is to be reached."""

    title: str
    pass_mark: int | None = Field(default=None, ge=1, le=100)
    questions: tuple[Question, ...] = Field(strict=False)

    @property
    def max_score(self) -> int:
        """The points that a faultless attempt earns."""
        return sum(question.points for question in self.questions)

    def question(self, question_id: str):
        """The question with that id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)

    def to_json(self) -> dict:
        """Plain JSON values, read back by ``Quiz.model_validate``."""
        return self.model_dump(mode="json")

    @property
    def content_hash(self) -> str:
        """SHA-256 of the canonical JSON: equal quizzes have equal hashes."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
