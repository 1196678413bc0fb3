"""What a file gave, and what a file could not hold."""

import re
import time
from dataclasses import dataclass

from courses import quizzes

MAX_BYTES = 2 * 1024 * 1024
MAX_QUESTIONS = 500
# Nobody writes a longer one by hand, and the patterns that read it take time faster than it grows.
MAX_CHARACTERS = 20_000
# Of computing, not of waiting: a busy server reads the same files. A full file of good questions takes a quarter of it.
MAX_SECONDS = 3


class Unreadable(ValueError):
    """A file of which nothing can be read; says why in French."""


class Skipped(ValueError):
    """One question that cannot be read or written; says why in French."""


def lines_of(text):
    """(number, text) of each line. Raises Unreadable for one that nobody wrote."""
    for number, row in enumerate(text.split("\n"), start=1):
        if len(row) > MAX_CHARACTERS:
            raise Unreadable(f"La ligne {number} est trop longue : {MAX_CHARACTERS} caractères au plus.")
        yield number, row


def bounded(text):
    """The same text of a question. Raises Skipped when it is longer than anybody writes."""
    if len(text) > MAX_CHARACTERS:
        raise Skipped(f"La question est trop longue : {MAX_CHARACTERS} caractères au plus.")
    return text


@dataclass(frozen=True)
class Entry:
    """A question of a file: where it begins, what it is called, what it lost on the way."""

    question: quizzes.Question
    title: str = ""
    tags: tuple[str, ...] = ()
    line: int = 0
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """What will not be created, and why."""

    line: int
    excerpt: str
    sentence: str


@dataclass(frozen=True)
class Found:
    """What a file holds: questions that can be created, and the others."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Written:
    """A file, and what it could not hold: (title, sentence) pairs for questions that are not in it, or not whole."""

    text: str
    left_out: tuple[tuple[str, str], ...] = ()
    reduced: tuple[tuple[str, str], ...] = ()


def flat(text):
    """The text on one line, with its no-break spaces."""
    return re.sub(r"[ \t\n]+", " ", text).strip()


def excerpt(text, longest=80):
    """The first words of a text, on one line."""
    line = flat(text)
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


class Harvest:
    """Collects what a reader finds, one candidate at a time, and refuses to go on for ever."""

    def __init__(self):
        self.entries = []
        self.problems = []
        self.start = time.thread_time()

    def take(self, line, words, read):
        """Keep the entry that ``read`` gives, or the reason why it gives none."""
        if len(self.entries) + len(self.problems) >= MAX_QUESTIONS:
            raise Unreadable(
                f"Ce fichier contient plus de {MAX_QUESTIONS} questions. Partagez-le en plusieurs fichiers."
            )
        if time.thread_time() - self.start > MAX_SECONDS:
            raise Unreadable(
                f"Ce fichier est trop long à lire : il a été abandonné à la ligne {line}. "
                "Partagez-le, ou enlevez-lui de la mise en forme."
            )
        try:
            self.entries.append(read())
        except Skipped as reason:
            self.problems.append(Problem(line=line, excerpt=excerpt(words), sentence=str(reason)))

    def found(self):
        """Everything; raises Unreadable when there is nothing at all."""
        if not self.entries and not self.problems:
            raise Unreadable("Aucune question n’a été trouvée dans ce fichier.")
        return Found(entries=tuple(self.entries), problems=tuple(self.problems))
