"""Quizzes as their authors preview them: nobody's attempt, nothing is recorded."""

from dataclasses import dataclass

from django import template

from courses.quizzes import Quiz
from courses.versions import frozen_child
from lms.questions import QuizForm

register = template.Library()


@dataclass(frozen=True)
class Preview:
    """The questions that can be shown; ``faults`` says which ones are not finished."""

    questions: list
    faults: str


@register.simple_tag
def preview_of_quiz(page):
    """The questions of this page: its own and the chosen ones of the bank, then those it may draw."""
    return preview(page.questions, certainty=page.certainty)


@register.simple_tag
def preview_of_bank(question):
    """The question of the bank."""
    return preview(question.question, certainty=False)


def preview(stream, *, certainty):
    """What can be shown of these blocks, drafts and all."""
    found: dict = {}
    faults = []
    for number, child in enumerate(stream, start=1):
        try:
            questions = (
                [one.freeze() for one in child.block.pool(child.value)]
                if child.block_type == "draw"
                else [frozen_child(child)]
            )
        except (ValueError, TypeError):  # a draft: what is missing is said by the editor itself
            faults.append(str(number))
            continue
        found |= {question.id: question for question in questions if question}
    quiz = Quiz(title="", questions=tuple(found.values()), certainty=certainty)
    return Preview(QuizForm(quiz, {}).questions, f"Numéro {', '.join(faults)}." if faults else "")
