"""A quiz as plain values: its questions, its draws, and the rules that grading needs."""

import hashlib
from random import Random
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from courses.quizzes.base import Frozen
from courses.quizzes.choices import MultipleChoice, Opinion, SingleChoice, TrueFalse
from courses.quizzes.placing import Gaps, Matching, Ordering, Sorting
from courses.quizzes.typed import Number, OpenText, ShortText

TYPES = (
    SingleChoice,
    MultipleChoice,
    TrueFalse,
    ShortText,
    Number,
    Matching,
    Ordering,
    Sorting,
    Gaps,
    OpenText,
    Opinion,
)
Question = Annotated[
    SingleChoice
    | MultipleChoice
    | TrueFalse
    | ShortText
    | Number
    | Matching
    | Ordering
    | Sorting
    | Gaps
    | OpenText
    | Opinion,
    Field(discriminator="kind"),
]

# How a key that was wrong is mended, for one question: points for all, the old and the new key both right, or
# nothing changed. The new key alone is what holds when nothing is said.
Amendment = Literal["all", "both", "old"]

_READER: TypeAdapter = TypeAdapter(Question)


def question_from(values):
    """The question of these plain JSON values."""
    return _READER.validate_python(values)


class Draw(Frozen):
    """``count`` questions drawn among those of the pool, for each attempt anew."""

    id: str
    count: int = Field(ge=1)
    pool: tuple[str, ...] = Field(strict=False)


class Quiz(Frozen):
    """A quiz as it stands in a version: ``pass_mark`` in per cent, None when nothing is to be reached.

    ``questions`` holds every question that an attempt may meet. With draws, ``plan`` lists the ids
    of questions and draws in the author's order, and an attempt meets a *layout*: the ids of its
    own questions in its own order. ``paper`` gives the quiz of that attempt.
    """

    title: str
    pass_mark: int | None = Field(default=None, ge=1, le=100)
    questions: tuple[Question, ...] = Field(strict=False)
    draws: tuple[Draw, ...] = Field(default=(), strict=False)
    plan: tuple[str, ...] = Field(default=(), strict=False)
    behaviour: Literal["assessed", "formative"] = "assessed"
    # What each wrong try costs in a formative quiz, in per cent of the question's points.
    penalty: int = Field(default=0, ge=0, le=100)
    # Certainty-based marks: see courses.grading.
    certainty: bool = False
    # In a version that serves as a key (learners.regrading): how it differs from its questions, by question id.
    amendments: dict[str, Amendment] = Field(default_factory=dict)
    # In the paper of an attempt: the questions as it met them, where their former key counts too.
    former: tuple[Question, ...] = Field(default=(), strict=False)

    def fraction(self, question, response) -> float | None:
        """The worth of a response from 0 to 1, as the key and its amendments say; None for a human to say."""
        amendment = self.amendments.get(question.id)
        if amendment == "all":
            return 1.0
        worth = question.fraction(response)
        if amendment == "both":
            return max([worth, *(one.fraction(response) for one in self.former if one.id == question.id)])
        return worth

    @property
    def max_score(self) -> int:
        """The points that a faultless attempt earns."""
        return sum(self.max_points(question) for question in self.questions)

    def asks_certainty(self, question) -> bool:
        """Whether the learner says how sure they are of that answer."""
        return self.certainty and question.scored and question.automatic

    def checks(self, question) -> bool:
        """Whether that question can be checked during the attempt."""
        return self.behaviour == "formative" and question.automatic

    def max_points(self, question) -> int:
        """What a faultless answer to that question earns: three times its points with certainty."""
        return question.points * 3 if self.asks_certainty(question) else question.points

    def question(self, question_id: str):
        """The question with that id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)

    def lay_out(self, dice: Random, *, shuffle: bool) -> list[str]:
        """The ids of the questions that one attempt meets: drawn, then shuffled if asked.

        No question comes twice in an attempt, even when two draws share some.
        """
        draws = {draw.id: draw for draw in self.draws}
        ids = [one for one in self.plan if one not in draws] if self.plan else [one.id for one in self.questions]
        taken = set(ids)
        layout = []
        for entry in self.plan or ids:
            if entry not in draws:
                layout.append(entry)
                continue
            left = [one for one in draws[entry].pool if one not in taken]
            drawn = dice.sample(left, min(draws[entry].count, len(left)))
            taken.update(drawn)
            layout.extend(drawn)
        if shuffle:
            dice.shuffle(layout)
        return layout

    def paper(self, layout, *, seed=None):
        """The quiz of one attempt: its questions in its order, choices shuffled from ``seed`` if any."""
        known = {question.id: question for question in self.questions}
        questions = [known[one] for one in layout] if layout else list(self.questions)
        if seed is not None:
            # Not a secret: the same attempt must look the same on every device.
            questions = [one.arranged(Random(f"{seed}/{one.id}")) for one in questions]  # noqa: S311 — not a secret
        return self.model_copy(update={"questions": tuple(questions), "draws": (), "plan": ()})

    def with_key_of(self, other):
        """The same paper, marked as another version of the quiz marks: what is asked and its points stay.

        So does a question that a human reads, that the other version does not hold or asks in another way, or whose
        key stays or no longer matters (``amendments``).
        """
        kept = {one for one, amendment in other.amendments.items() if amendment != "both"}
        theirs = {one.id: one for one in other.questions if one.automatic and one.id not in kept}
        questions = tuple(
            theirs[one.id].model_copy(update={name: getattr(one, name) for name in ("prompt", "points", "arrangement")})
            if one.automatic and one.id in theirs and theirs[one.id].kind == one.kind
            else one
            for one in self.questions
        )
        former = tuple(one for one in self.questions if other.amendments.get(one.id) == "both")
        return self.model_copy(update={"questions": questions, "amendments": other.amendments, "former": former})

    def mending(self, choices, key=None):
        """Give this quiz as a key that mends the marks of ``key``; None stands for the versions that attempts met.

        ``choices`` says, by question id, an amendment; « old » leaves a question as ``key`` marks it.
        """
        marked = {one.id: one for one in key.questions} if key else {}
        left = {one for one, choice in choices.items() if choice == "old"}
        questions = tuple(marked.get(one.id, one) if one.id in left else one for one in self.questions)
        amendments = {one: choice for one, choice in choices.items() if one not in left or one not in marked}
        amendments |= {
            one: choice for one, choice in (key.amendments if key else {}).items() if one in left & set(marked)
        }
        return self.model_copy(update={"questions": questions, "amendments": amendments})

    def to_json(self) -> dict:
        """Plain JSON values, read back by ``Quiz.model_validate``."""
        return self.model_dump(mode="json")

    @property
    def content_hash(self) -> str:
        """SHA-256 of the canonical JSON: equal quizzes have equal hashes."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
