"""What is stored of an open attempt, and what a page may add to it."""

from dataclasses import dataclass

from django.db.models import Case, F, OuterRef, Q, Subquery, When

from courses.grading import finished
from courses.models import QuizVersion
from learners.errors import ForeignAnswer
from learners.merging import Basis, Clash, Stored, elsewhere, late, merge
from learners.models import Answer, Attempt


@dataclass(frozen=True)
class Saving:
    """What came of a save: the attempt, every stored answer, and what was refused."""

    attempt: Attempt
    stored: dict[str, Stored]
    basis: Basis | None
    clashes: tuple[Clash, ...]

    @property
    def quiz(self):
        """The quiz of the attempt."""
        return self.attempt.paper

    @property
    def elsewhere(self):
        """The ids of the questions that another page answered since this one was made."""
        return elsewhere(self.stored, self.basis)

    @property
    def responses(self):
        """What is stored, by question id."""
        return {question_id: one.response for question_id, one in self.stored.items()}


@dataclass(frozen=True)
class Page:
    """What one page of a quiz sends; ``certainties`` says how sure the learner is of some answers.

    ``responses`` and ``certainties`` are keyed by question id. ``basis`` says what the page was made
    from, None when it does not.
    """

    responses: dict
    certainties: dict
    basis: Basis | None


def with_answers(attempt_pk):
    """The attempt with its enrolment and version, and its answers by question id, in one query.

    There is a row per answer; the questions, which weigh the most, come with the first one only.
    """
    first = Answer.objects.filter(attempt=OuterRef("pk")).order_by("pk").values("pk")[:1]
    rows = list(
        Attempt.objects.filter(pk=attempt_pk)
        .select_related("enrolment")
        .annotate(
            answer=F("answers__pk"),
            question=F("answers__question_id"),
            response=F("answers__response"),
            certainty=F("answers__certainty"),
            tries=F("answers__tries"),
            at_revision=F("answers__revision"),
            by_page=F("answers__page"),
            by_turn=F("answers__turn"),
            content=Case(When(Q(answers=None) | Q(answers=Subquery(first)), then=F("version__content"))),
        )
        .order_by("answer")
    )
    if not rows:
        raise Attempt.DoesNotExist
    attempt = rows[0]
    attempt.version = QuizVersion(pk=attempt.version_id, content=attempt.content)
    stored = {
        row.question: Stored(row.response, row.at_revision, row.by_page, row.by_turn, row.certainty, row.tries)
        for row in rows
        if row.question is not None
    }
    return attempt, stored


def stored_of(attempt):
    """The answers of an attempt, by question id."""
    return {
        one.question_id: Stored(one.response, one.revision, one.page, one.turn, one.certainty, one.tries)
        for one in attempt.answers.all()
    }


def keep(attempt, stored, page, *, at, final=False):
    """Write what changed and what no newer answer contradicts; returns a Saving.

    A question that was checked to its end keeps its answer.
    """
    done = {one.id for one in attempt.paper.questions if one.id in stored and finished(one, stored[one.id].tries)}
    responses = {key: value for key, value in page.responses.items() if key not in done}
    merged = merge(stored, responses, page.basis, final=final)
    untouched = done | {clash.question_id for clash in merged.clashes}
    sure = {key: value for key, value in page.certainties.items() if _surer(stored.get(key), value, page.basis)}
    attempt.saved_at = at
    written = merged.changed.keys() | (sure.keys() - untouched)
    changed = [one.id for one in attempt.paper.questions if one.id in written]
    if changed:
        attempt.revision += 1
        stored = stored | {
            key: _changed(attempt, stored.get(key), key, merged.changed, sure, page.basis) for key in changed
        }
        Answer.objects.bulk_create(
            [row_of(attempt, key, stored[key], saved_at=at) for key in changed],
            update_conflicts=True,
            unique_fields=["attempt", "question_id"],
            update_fields=["response", "certainty", "saved_at", "revision", "page", "turn"],
        )
    attempt.save(update_fields=["saved_at", "revision"])
    return Saving(attempt=attempt, stored=stored, basis=page.basis, clashes=merged.clashes)


def page_of(attempt, responses, certainties, basis):
    """What a page sends; raises ForeignAnswer for what could not come from a page of this quiz."""
    quiz = attempt.paper
    responses, certainties = (one(quiz) if callable(one) else one or {} for one in (responses, certainties))
    for question_id, response in responses.items():
        question = quiz.question(question_id)
        if question is None or not question.accepts(response):
            raise ForeignAnswer
    if not all(quiz.question(key) and sure in {None, 1, 2, 3} for key, sure in certainties.items()):
        raise ForeignAnswer
    return Page(responses, certainties, basis)


def _surer(there, certainty, basis):
    """Whether this certainty is another one than what is stored, and not an old message."""
    return certainty is not None if there is None else there.certainty != certainty and not late(there, basis)


def _changed(attempt, there, question_id, responses, certainties, basis):
    """The answer as it is stored from now on."""
    before = there.response if there else attempt.paper.question(question_id).blank
    return Stored(
        responses.get(question_id, before),
        attempt.revision,
        basis.page if basis else "",
        basis.turn if basis else 0,
        certainties.get(question_id, there.certainty if there else None),
        there.tries if there else [],
    )


def row_of(attempt, question_id, one, **fields):
    """The row of a stored answer."""
    return Answer(
        attempt=attempt,
        question_id=question_id,
        response=one.response,
        certainty=one.certainty,
        tries=one.tries,
        revision=one.revision,
        page=one.page,
        turn=one.turn,
        **fields,
    )
