"""What every question is: frozen values, a strict shape of response, a worth, and words for people."""

import re
from html import unescape
from random import Random
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from courses.quizzes.spelling import LENIENCIES, spelled

# A response is plain JSON. One shape per type of question: a list of choice ids, a text, or a
# mapping from what is asked (an item, a gap) to what was put there.
Response = list[str] | str | dict[str, str]

# An answer that nobody could have typed by hand is not an answer.
LONGEST_LINE = 300
LONGEST_TEXT = 20_000


def plain(html):
    """The text of a rich-text fragment, for summaries, exports and letters."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Picture(Frozen):
    """An image as it is shown; ``alt`` is empty when it only decorates."""

    url: str
    width: int
    height: int
    alt: str = ""


class Sound(Frozen):
    """A recording and its words."""

    title: str
    url: str
    transcript: str


class Item(Frozen):
    """Something to choose, place or match."""

    id: str
    text: str


class Choice(Item):
    """A proposed answer, with what is shown under its words; ``feedback`` is read by those who chose it."""

    more: str = ""  # rich text
    picture: Picture | None = None
    sound: Sound | None = None
    correct: bool = False
    feedback: str = ""


# What is read, heard or seen, and what a question weighs: none of it says which answers are right.
APPEARANCE = {"prompt", "explanation", "hints", "picture", "sound", "points", "arrangement", "model_answer"}
WORDS = {"text", "feedback", "more", "picture", "sound"}


def _keyed(values):
    """The values of a question that decide what an answer is worth."""
    key = {name: value for name, value in values.items() if name not in APPEARANCE}
    if "choices" in key:
        key["choices"] = [{name: it for name, it in one.items() if name not in WORDS} for one in key["choices"]]
    return key


class BaseQuestion(Frozen):
    """What every question offers to forms, grading, summaries and history."""

    id: str
    prompt: str
    explanation: str
    points: int = Field(default=1, ge=0)
    picture: Picture | None = None
    sound: Sound | None = None
    # Read one by one after a wrong try, where the quiz allows several.
    hints: tuple[str, ...] = Field(default=(), strict=False)
    # The order in which one attempt shows what may be shuffled: identifiers, or nothing.
    arrangement: tuple[str, ...] = Field(default=(), strict=False)

    # How a form asks it: choices, line, text, rows or gaps.
    control: ClassVar[str]
    # What a learner who said nothing has said.
    blank: ClassVar[Response]

    @property
    def summary(self) -> str:
        """The question as one line of text."""
        return plain(self.prompt)

    @property
    def scored(self) -> bool:
        """Whether an answer can earn points."""
        return self.points > 0

    @property
    def automatic(self) -> bool:
        """Whether the worth of an answer is known without a human."""
        return True

    @property
    def illustrated(self) -> bool:
        """Whether it shows or plays more than words."""
        return bool(self.picture or self.sound)

    def marks_like(self, other) -> bool:
        """Whether both give every answer the same worth, whatever else changed."""
        return _keyed(self.model_dump()) == _keyed(other.model_dump())

    @property
    def shuffled(self) -> tuple[Item, ...]:
        """What may be shown in another order."""
        return ()

    @property
    def right_response(self) -> Response:
        """A response that earns all the points."""
        raise NotImplementedError

    @property
    def solution(self) -> str:
        """The right answer as one line of text; empty where there is none."""
        return self.say(self.right_response)

    def arranged(self, dice: Random):
        """The same question with what may be shuffled in another order."""
        order = [item.id for item in self.shuffled]
        dice.shuffle(order)
        return self.model_copy(update={"arrangement": tuple(order)})

    def in_order(self, items):
        """These items as this attempt shows them."""
        places = {one: place for place, one in enumerate(self.arrangement)}
        return tuple(sorted(items, key=lambda item: places.get(item.id, len(places))))

    def accepts(self, response) -> bool:
        """Whether this response could have come from our own form."""
        raise NotImplementedError

    def complete(self, response: Response) -> bool:
        """Whether nothing is left to fill in."""
        return bool(response)

    def fraction(self, response: Response) -> float | None:
        """The worth of a response, from 0 to 1; None when a human must look. A blank one is worth 0."""
        raise NotImplementedError

    def say(self, response: Response) -> str:
        """The response as the learner saw it; empty for a blank one."""
        raise NotImplementedError

    def remark(self, response: Response) -> str:
        """A sentence about this very response, such as « presque » for a near miss; often empty."""
        return ""

    def samples(self) -> list[tuple[str, float | None]]:
        """Sample answers with their worth, where an author may wonder: (words, fraction) pairs."""
        return []

    def export(self) -> dict:
        """Plain JSON values, which ``question_from`` reads back."""
        return self.model_dump(mode="json", exclude={"arrangement"})


def alphabetical(items):
    """An order that says nothing about what is right."""
    return tuple(sorted(items, key=lambda item: (spelled(item.text, LENIENCIES), item.id)))
