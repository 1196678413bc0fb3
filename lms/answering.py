"""What a quiz page and the server tell each other: what the page was made from, what became of its answers."""

import secrets
import time

from django.http import JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.utils import timezone
from pydantic import ValidationError

from courses.typography import typographie
from learners.merging import Basis, digest
from lms.questions import PREFIX, SURE

BASIS = "basis"  # name of the form control

# Answers of somebody who was signed out wait in their session, for as long as one comes back from
# finding a password, and no more than a long quiz holds.
WAITING = "answers_waiting"
WAITS = 24 * 60 * 60  # seconds
LARGEST = 128 * 1024  # characters, encoded


def wants_json(request):
    """Whether a script asks, rather than somebody who will read a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def basis_of(attempt, kept):
    """The Basis of a page that is being made, with a name that no other page has."""
    known = {question_id: digest(answer.response) for question_id, answer in kept.items()}
    return Basis(page=secrets.token_hex(8), turn=0, revision=attempt.revision, known=known)


def basis_in(data):
    """The Basis that a posted form holds; None when it holds none that we could have made."""
    try:
        return Basis.model_validate_json(data.get(BASIS, ""))
    except ValidationError:
        return None


def told(saving):
    """A Saving for the script of the page: what is stored, and which questions differ elsewhere."""
    sentences = {
        question.id: sentence(saving, question, number) for number, question in enumerate(saving.quiz.questions, 1)
    }
    return {
        "revision": saving.attempt.revision,
        "said": typographie(f"Enregistré à {timezone.localtime(saving.attempt.saved_at):%H:%M}"),
        "answers": saving.responses,
        "refused": {clash.question_id: sentences[clash.question_id] for clash in saving.clashes},
        "elsewhere": {question_id: sentences[question_id] for question_id in saving.elsewhere},
    }


def sentence(saving, question, number):
    """What is stored for that question, in words."""
    there = question.say(saving.stored[question.id].response) if question.id in saving.stored else ""
    return typographie(f"Question {number} : « {there} »" if there else f"Question {number} : sans réponse")


def told_refusal(request, status, **facts):
    """Why nothing was saved, for the script of the page, with a token that fits whoever is signed in by now."""
    return JsonResponse({"csrf": get_token(request), **facts}, status=status)


def posted_answers(request):
    """The part of a posted quiz form that is worth keeping; empty when it holds no answer."""
    answers = QueryDict(mutable=True)
    for name, values in request.POST.lists():
        if name == BASIS or name.startswith((PREFIX, SURE)):
            answers.setlist(name, values)
    return answers if any(name != BASIS for name in answers) else QueryDict()


def set_aside(request, attempt_pk, answers):
    """Keep posted answers in the session until their owner confirms them. False when they are too many."""
    encoded = answers.urlencode()
    if not encoded or len(encoded) > LARGEST:
        return False
    request.session[WAITING] = {"attempt": attempt_pk, "at": time.time(), "answers": encoded}
    return True


def waiting(request, attempt_pk):
    """The answers to that attempt that wait in the session, as they were posted; or None."""
    kept = request.session.get(WAITING)
    if not kept or kept["attempt"] != attempt_pk or time.time() - kept["at"] > WAITS:
        return None
    return QueryDict(kept["answers"])


def forget_waiting(request):
    """Nothing waits any more."""
    request.session.pop(WAITING, None)
