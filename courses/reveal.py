"""What a quiz shows of its results, and when: pure values.

Five kinds of information at four moments. What is not listed for the moment is in no response.
"""

from datetime import timedelta

ANSWERS, MARKS, SOLUTIONS, FEEDBACK, SCORE = KINDS = ("answers", "marks", "solutions", "feedback", "score")
KIND_LABELS = (
    (ANSWERS, "ses réponses"),
    (MARKS, "juste ou à revoir"),
    (SOLUTIONS, "les bonnes réponses"),
    (FEEDBACK, "les explications"),
    (SCORE, "le score"),
)

DURING, AFTER, LATER, CLOSED = MOMENTS = ("during", "after", "later", "closed")
# Long enough to read twenty explanations at one's own pace.
JUST_AFTER = timedelta(hours=1)

EVERYTHING = frozenset(KINDS)
DEFAULTS: dict[str, dict[str, set[str] | frozenset[str]]] = {
    "assessed": {DURING: {ANSWERS}, AFTER: EVERYTHING, LATER: EVERYTHING, CLOSED: EVERYTHING},
    # Question by question: the right answer comes once no try is left.
    "formative": {DURING: EVERYTHING - {SCORE}, AFTER: EVERYTHING, LATER: EVERYTHING, CLOSED: EVERYTHING},
}


def moment_of(*, submitted_at, closes_at, now):
    """The moment of an attempt: during, after (one hour), later, or closed when nobody can answer any more."""
    if submitted_at is None:
        return DURING
    if closes_at is not None and now >= closes_at:
        return CLOSED
    return AFTER if now - submitted_at <= JUST_AFTER else LATER
