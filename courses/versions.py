"""The frozen versions of a quiz, stored once per content."""

from courses.blocks.every import QuestionBlocks
from courses.models import QuizVersion
from courses.quizzes import Draw, Quiz


def quiz_of(page):
    """The Quiz that a QuizPage shows today, as plain frozen values.

    It holds the questions of the page and the published ones of the bank that the page chooses or
    may draw; one that was unpublished or deleted since is left out.
    """
    found: dict = {}
    draws, plan = [], []
    for child in page.questions:
        if child.block_type == "draw":
            pool = [question.freeze() for question in child.block.pool(child.value).order_by("uid")]
            draws.append(Draw(id=child.id, count=child.value["count"], pool=tuple(question.id for question in pool)))
            plan.append(child.id)
            for question in pool:
                found.setdefault(question.id, question)
            continue
        question = frozen_child(child)
        if question is not None and question.id not in plan:
            found.setdefault(question.id, question)
            plan.append(question.id)
    return Quiz(
        title=page.title,
        pass_mark=page.pass_mark,
        certainty=page.certainty,
        behaviour=page.behaviour,
        penalty=page.penalty if page.behaviour == "formative" else 0,
        questions=tuple(found.values()),
        draws=tuple(draws),
        plan=tuple(plan) if draws else (),
    )


def frozen_child(child):
    """The frozen question of one block of a quiz; None for a question that left the bank."""
    if child.block_type == "bank_question":
        return child.value.freeze() if child.value and child.value.live else None
    return child.block.freeze(child.id, child.value)


def frozen_question(values):
    """The frozen question of these stored block values: a dictionary with type, value and id."""
    (child,) = QuestionBlocks().to_python([values])
    return frozen_child(child)


def freeze(page, *, at):
    """The QuizVersion of what this QuizPage shows today; the same row for the same questions."""
    return store(page, quiz_of(page), at=at)


def store(page, quiz, *, at):
    """The QuizVersion of that content of this QuizPage; the same row for the same content."""
    version, _ = QuizVersion.objects.get_or_create(
        quiz=page,
        content_hash=quiz.content_hash,
        defaults={"content": quiz.to_json(), "created_at": at},
    )
    return version


def thaw(version):
    """The Quiz that this version froze."""
    return version.thawed
