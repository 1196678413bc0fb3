"""Questions whose answers are proposed: one choice, several, true or false, and opinions.

The response is a list of choice ids.
"""

from typing import ClassVar, Literal

from pydantic import Field

from courses.quizzes.base import BaseQuestion, Choice, Response


class ChoiceQuestion(BaseQuestion):
    """A question answered by ticking."""

    control: ClassVar[str] = "choices"
    blank: ClassVar[Response] = []
    several: ClassVar[bool] = False

    @property
    def options(self) -> tuple[Choice, ...]:
        """The proposed answers, as this attempt shows them."""
        raise NotImplementedError

    @property
    def right_response(self) -> list[str]:
        """The right choices."""
        return [option.id for option in self.options if option.correct]

    def accepts(self, response) -> bool:
        """Known choices, each once, and one at most unless several may be ticked."""
        if not isinstance(response, list) or not all(isinstance(one, str) for one in response):
            return False
        if len(response) > 1 and not self.several:
            return False
        return set(response) <= {option.id for option in self.options} and len(response) == len(set(response))

    def fraction(self, response: Response) -> float | None:
        """Everything for exactly the right choices."""
        return float(bool(response) and set(response) == set(self.right_response))

    def say(self, response: Response) -> str:
        """The words of the chosen answers, in the order of the author."""
        chosen = set(response)
        return " ; ".join(option.text for option in self.options if option.id in chosen)

    def remark(self, response: Response) -> str:
        """What the author says about the chosen answers."""
        return " ".join(option.feedback for option in self.options if option.id in response and option.feedback)


class Listed(ChoiceQuestion):
    """A question whose choices the author wrote."""

    choices: tuple[Choice, ...] = Field(strict=False)

    @property
    def options(self) -> tuple[Choice, ...]:
        """The author's choices, as this attempt shows them."""
        return self.in_order(self.choices)

    @property
    def illustrated(self) -> bool:
        """Whether the question or a choice shows or plays more than its words."""
        return super().illustrated or any(one.more or one.picture or one.sound for one in self.choices)

    @property
    def shuffled(self):
        """The choices."""
        return self.choices


class SingleChoice(Listed):
    kind: Literal["single"] = "single"


class MultipleChoice(Listed):
    """Several choices may be right.

    ``scoring`` says what an imperfect answer is worth, as a share of the points:

    - ``all``: nothing;
    - ``each``: every choice counts, ticked when right or left when wrong: the number of choices
      less the number of mistakes, over the number of choices;
    - ``right_only``: the right choices ticked over the right choices, and nothing as soon as a
      wrong one is ticked.

    A blank answer is worth nothing in each of them.
    """

    kind: Literal["multiple"] = "multiple"
    scoring: Literal["all", "each", "right_only"] = "all"

    several: ClassVar[bool] = True

    def fraction(self, response: Response) -> float | None:
        """The worth of these ticks, by the scoring that the author chose."""
        chosen, right = set(response), set(self.right_response)
        if not chosen:
            return 0.0
        if self.scoring == "each":
            return 1 - len(chosen ^ right) / len(self.choices)
        if self.scoring == "right_only":
            return len(chosen) / len(right) if chosen <= right else 0.0
        return float(chosen == right)

    def samples(self):
        """Sample answers with their worth, to show the author what the scoring does: (words, fraction) pairs."""
        right = self.right_response
        wrong = [choice.id for choice in self.choices if not choice.correct]
        answers = {
            "Toutes les bonnes réponses": right,
            "Une bonne réponse seulement": right[:1] if len(right) > 1 else [],
            "Toutes les bonnes sauf une": right[:-1] if len(right) > 2 else [],
            "Toutes les bonnes et une mauvaise": [*right, *wrong[:1]] if wrong else [],
            "Une bonne et une mauvaise": [*right[:1], *wrong[:1]] if wrong and len(right) > 1 else [],
            "Tout coché": [*right, *wrong] if len(wrong) > 1 else [],
            "Une mauvaise réponse seulement": wrong[:1],
        }
        return [(words, self.fraction(response)) for words, response in answers.items() if response]


class TrueFalse(ChoiceQuestion):
    kind: Literal["true_false"] = "true_false"
    answer: bool

    @property
    def options(self) -> tuple[Choice, ...]:
        """« Vrai » and « Faux »."""
        return (
            Choice(id="true", text="Vrai", correct=self.answer),
            Choice(id="false", text="Faux", correct=not self.answer),
        )


class Opinion(Listed):
    """What the learner thinks: never scored, always answered."""

    kind: Literal["opinion"] = "opinion"
    points: Literal[0] = 0

    @property
    def right_response(self) -> list[str]:
        """Any opinion will do."""
        return [self.choices[0].id]

    @property
    def solution(self) -> str:
        """No opinion is the right one."""
        return ""

    def fraction(self, response: Response) -> float | None:
        """No point is at stake."""
        return 0.0
