"""Aiken: a question on one line, answers « A. … », then « ANSWER: A ». Read only; it is too poor to write."""

import re

from courses.exchange import building, markup
from courses.exchange.building import Answer, Candidate
from courses.exchange.found import Harvest, Skipped, bounded, lines_of

CHOICE = re.compile(r"\s*([A-Z])\s*[.)]\s*(.+)")
ANSWER = re.compile(r"\s*ANSWER\s*:\s*([A-Za-z]?)\s*$", re.IGNORECASE)


def read(text):
    """What an Aiken text holds. Raises Unreadable."""
    harvest = Harvest()
    for line, lines in questions(text):
        harvest.take(line, lines[0], lambda line=line, lines=lines: question(line, lines))
    return harvest.found()


def questions(text):
    """(line number, lines) of each question: everything up to an ANSWER, or to the next question."""
    start, lines, proposed = 0, list[str](), False
    for number, row in lines_of(text):
        if row.strip():
            start = start if lines else number
            lines.append(row.strip())
            proposed = proposed or bool(CHOICE.match(row))
        if lines and (ANSWER.match(row) or (proposed and not row.strip())):
            yield start, lines
            lines, proposed = [], False
    if lines:
        yield start, lines


def question(line, lines):
    """The entry of these lines. Raises Skipped."""
    bounded("".join(lines))
    first = next((place for place, one in enumerate(lines) if CHOICE.match(one)), len(lines))
    right = ANSWER.match(lines[-1])
    if not right:
        raise Skipped("La ligne « ANSWER: » manque.")
    proposed = [one for one in map(CHOICE.match, lines[first:-1]) if one]
    if len(proposed) < len(lines[first:-1]):
        raise Skipped("Une ligne n’est ni une réponse « A. … » ni « ANSWER: ».")
    if right[1].upper() not in [one[1] for one in proposed]:
        raise Skipped("« ANSWER: » ne désigne aucune des réponses proposées.")
    candidate = Candidate(line=line, prompt=markup.rich(" ".join(lines[:first]), "plain"))
    answers = [Answer(text=one[2].strip(), weight=100 * (one[1] == right[1].upper())) for one in proposed]
    return candidate.entry(building.choice(candidate, answers, several=False))
