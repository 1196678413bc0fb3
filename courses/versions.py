"""The frozen versions of a quiz, stored once per content."""

from courses.blocks.questions import quiz_of
from courses.models import QuizVersion
from courses.quizzes import Quiz


def freeze(page, *, at):
    """The QuizVersion of what this QuizPage shows today; the same row for the same questions."""
    quiz = quiz_of(page)
    version, _ = QuizVersion.objects.get_or_create(
        quiz=page,
        content_hash=quiz.content_hash,
        defaults={"content": quiz.to_json(), "created_at": at},
    )
    return version


def thaw(version):
    """The Quiz that this version froze."""
    return Quiz.model_validate(version.content)
