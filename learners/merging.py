"""Which responses of a page may be written over what is stored: pure, question by question, without a clock.

Several pages may show the same attempt: two tabs, two devices, a tab that was offline. Each says
what it was made from, its ``Basis``. A response is refused only when it would overwrite another
answer to the same question that a different page gave meanwhile (docs/decisions/0018).
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 2**31 - 1


class Basis(BaseModel):
    """What a page was made from, as the page itself says it.

    ``page`` names the page: what it sent earlier is never taken for somebody else's, even when the
    acknowledgement was lost. ``turn`` numbers its messages: one that arrives late changes nothing.
    ``revision`` is that of the attempt when the page was made, and ``known`` the digests of what was
    stored then: what still stands as it was shown is not a change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    page: str = Field(pattern=r"^[0-9A-Za-z-]{1,32}$")
    turn: int = Field(ge=0, le=LARGEST)
    revision: int = Field(ge=0, le=LARGEST)
    known: dict[str, str]


@dataclass(frozen=True)
class Stored:
    """An answer as it is stored: at which revision of the attempt, by which message of which page."""

    response: Any
    revision: int = 0
    page: str = ""
    turn: int = 0
    certainty: int | None = None
    tries: list = field(default_factory=list)  # what was checked on the way


@dataclass(frozen=True)
class Clash:
    """A question that has another answer since the page was made; ``touched``: the page changed it too."""

    question_id: str
    here: Any
    touched: bool


@dataclass(frozen=True)
class Merge:
    """What to write, and what was refused."""

    changed: dict[str, Any]
    clashes: tuple[Clash, ...]


def merge(stored, responses, basis, *, final=False):
    """Compare what a page sends with what is stored, both by question id.

    With ``final`` (a submission) a question left as it was shown clashes too when it has another
    answer by now: what is graded is what was on the screen. A blank is no answer: nothing is lost
    by writing over it. Without a basis the last one to speak is right.
    """
    changed, clashes = {}, []
    for question_id, response in responses.items():
        there = stored.get(question_id)
        if there is None:
            changed[question_id] = response
        elif _same(there.response, response) or late(there, basis):
            continue
        elif basis is None or there.page == basis.page:
            changed[question_id] = response
        elif digest(response) == basis.known.get(question_id, digest(None)):
            if final:
                clashes.append(Clash(question_id, here=response, touched=False))
        elif there.revision > basis.revision and not blank(there.response):
            clashes.append(Clash(question_id, here=response, touched=True))
        else:
            changed[question_id] = response
    return Merge(changed=changed, clashes=tuple(clashes))


def elsewhere(stored, basis):
    """The ids of the questions that another page answered differently since this one was made."""
    if basis is None:
        return []
    return [
        question_id
        for question_id, there in stored.items()
        if there.page != basis.page and basis.known.get(question_id, digest(None)) != digest(there.response)
    ]


def digest(response):
    """A short name of a response; that of every blank one is empty."""
    if blank(response):
        return ""
    return hashlib.sha256(json.dumps(response, sort_keys=True).encode()).hexdigest()[:16]


def blank(response):
    """Whether nothing was answered, whatever the type of the question."""
    return not any(response.values()) if isinstance(response, dict) else not response


def _same(one, other):
    return one == other or (blank(one) and blank(other))


def late(there, basis):
    """Whether the same page said something newer already, in a message that overtook this one."""
    return basis is not None and there.page == basis.page and basis.turn < there.turn
