"""Three hundred people answer the same quiz at the same time; then every answer is accounted for."""

import asyncio
import json
import random
import re
from collections import Counter
from html.parser import HTMLParser

from asgiref.sync import sync_to_async

from courses.grading import grade
from courses.models import CataloguePage
from courses.outline import outline_by_pk
from courses.versions import thaw
from learners.models import Answer, Attempt, Certificate, Completion
from tests.bench.lines import Work, none_of
from tests.bench.visitor import Visitor
from tests.factories.courses import make_module, make_quiz, make_track, single
from tests.factories.learners import enrol, make_person

QUESTIONS = 20
CHANGES_MIND = 3  # one question in so many is answered twice
CLICKS_TWICE = 10  # one person in so many clicks twice on each button
FLOORS = 10  # bare pages per person, to know what the machine gives

OPEN, BEGIN, SAVE, SUBMIT, RESULT = (
    "ouvrir la page du quiz",
    "commencer une tentative",
    "enregistrer une réponse",
    "envoyer le quiz",
    "lire le résultat",
)


class Unexpected(Exception):
    """An answer that no learner should get."""


class Inputs(HTMLParser):
    """The controls of a page, by name, and the address of its quiz."""

    def __init__(self, page):
        super().__init__()
        self.values = {}
        self.feed(page)
        sending = re.search(r"/apprendre/tentatives/(\d+)/envoyer/", page)
        self.attempt = int(sending[1]) if sending else None

    def handle_starttag(self, tag, attrs):
        """Keep the values of each input."""
        found = dict(attrs)
        if tag == "input" and found.get("name"):
            self.values.setdefault(found["name"], []).append(found.get("value", ""))

    @property
    def options(self):
        """The values that each question proposes."""
        return {name: values[1:] for name, values in self.values.items() if name.startswith("q-")}


class Taker:
    """One person with one quiz: what was acknowledged is what must be found."""

    def __init__(self, visitor, step, hall, number):
        self.visitor, self.step, self.hall = visitor, step, hall
        self.dice = random.Random(number)  # noqa: S311 — the same answers at each run
        self.clicks = 2 if number % CLICKS_TWICE == 0 else 1
        self.attempt = None
        self.given = {}  # what the server has acknowledged, by name of control
        self.sent = False

    async def begin(self):
        """Open the quiz and start an attempt."""
        page = await self.timed(OPEN, self.visitor.get(self.step.url), 200)
        fields = [("csrfmiddlewaretoken", Inputs(page.text).values["csrfmiddlewaretoken"][0])]
        await self.click(BEGIN, f"/apprendre/quiz/{self.step.pk}/commencer/", fields)
        page = await self.timed(OPEN, self.visitor.get(self.step.url), 200)
        form = Inputs(page.text)
        self.token = form.values["csrfmiddlewaretoken"][0]
        self.basis = json.loads(form.values["basis"][0])
        self.options = form.options
        self.attempt = form.attempt

    async def answer(self):
        """Give each answer as the script of the page does: one message at a time, only what has changed."""
        for name, options in self.options.items():
            times = 2 if self.dice.randrange(CHANGES_MIND) == 0 else 1
            for choice in self.dice.sample(options, times):
                await self.hall.outcome(self.save(name, choice))

    async def save(self, name, choice):
        """One message."""
        fields = [*self.head(), (name, ""), (name, choice)]
        address = f"/apprendre/tentatives/{self.attempt}/enregistrer/"
        reply = json.loads((await self.timed(SAVE, self.visitor.post_json(address, fields), 200)).body)
        if reply["refused"] or reply["answers"].get(name.removeprefix("q-")) != [choice]:
            raise Unexpected(f"{SAVE} : refusée")
        self.given[name] = choice

    async def submit(self):
        """Send the whole form, then read the result."""
        answers = [(name, value) for name, choice in self.given.items() for value in ("", choice)]
        address = f"/apprendre/tentatives/{self.attempt}"
        await self.click(SUBMIT, f"{address}/envoyer/", [*self.head(), *answers])
        self.sent = True
        await self.timed(RESULT, self.visitor.get(f"{address}/"), 200)

    def head(self):
        """What every message of the page holds."""
        self.basis["turn"] += 1
        return [("csrfmiddlewaretoken", self.token), ("basis", json.dumps(self.basis))]

    async def click(self, work, address, fields):
        """Push a button, twice for who is impatient: both are led to the same place."""
        hands = [self.visitor, *(self.visitor.again() for _ in range(self.clicks - 1))]
        answers = await asyncio.gather(*(self.timed(work, hand.post(address, fields), 302) for hand in hands))
        for hand in hands[1:]:
            hand.leave()
        if len({answer.headers["location"] for answer in answers}) > 1:
            raise Unexpected(f"{work} : deux clics, deux adresses")

    async def timed(self, work, exchange, status):
        """The answer, once its time is written down; Unexpected when it has another status."""
        answer = await exchange
        self.hall.works[work].add(answer.seconds)
        if answer.status != status:
            raise Unexpected(f"{work} : {answer.status}")
        return answer


class Hall:
    """Where they all sit: what they did, how long it took, what went wrong."""

    def __init__(self, port, people, step):
        self.step = step
        self.works = {name: Work(name) for name in (OPEN, BEGIN, SAVE, SUBMIT, RESULT)}
        self.floor = Work("plancher : page nue, connecté, deux requêtes")
        self.errors = Counter()
        self.takers = [
            Taker(Visitor.signed_in(port, person), step, self, number) for number, person in enumerate(people)
        ]
        self.unsaved = None

    async def play(self):
        """The floor, then all together: open; answer; when everybody has answered, send."""
        await asyncio.gather(*(self.outcome(self.warm(taker)) for taker in self.takers))
        await asyncio.gather(*(self.outcome(taker.begin()) for taker in self.takers))
        seated = [taker for taker in self.takers if taker.attempt]
        await asyncio.gather(*(self.outcome(taker.answer()) for taker in seated))
        self.unsaved = await sync_to_async(self.lost)()
        await asyncio.gather(*(self.outcome(taker.submit()) for taker in seated))
        for taker in self.takers:
            taker.visitor.leave()

    async def warm(self, taker):
        """Ask for the bare page, once everything that is slow the first time has been."""
        for path in ("/plancher/", self.step.url):
            await taker.visitor.get(path)
        for _ in range(FLOORS):
            answer = await taker.visitor.get("/plancher/")
            self.floor.add(answer.seconds)

    async def outcome(self, deed):
        """Do it; what goes wrong is counted, and stops nobody else."""
        try:
            await deed
        except (Unexpected, OSError, TimeoutError) as wrong:
            self.errors[str(wrong) or type(wrong).__name__] += 1

    def lost(self):
        """How many acknowledged answers are not in the database as they were given."""
        rows = Answer.objects.filter(attempt__in=[taker.attempt for taker in self.takers])
        stored = {
            (attempt, f"q-{question}"): response
            for attempt, question, response in rows.values_list("attempt", "question_id", "response")
        }
        return sum(
            stored.get((taker.attempt, name)) != [choice]
            for taker in self.takers
            for name, choice in taker.given.items()
        )

    def promises(self):
        """What must hold once everybody has left."""
        attempts = Attempt.objects.filter(quiz_id=self.step.pk).select_related("version")
        by_pk = {attempt.pk: attempt for attempt in attempts}
        quiz = thaw(attempts[0].version)
        misgraded = sum(
            by_pk[taker.attempt].score
            != grade(quiz, {name.removeprefix("q-"): [choice] for name, choice in taker.given.items()}).score
            for taker in self.takers
            if taker.sent
        )
        passed = sum(bool(attempt.passed) for attempt in attempts)
        enrolments = {attempt.enrolment_id for attempt in attempts}
        completions = Completion.objects.filter(enrolment__in=enrolments).count()
        issued = Certificate.objects.filter(enrolment__in=enrolments).count()
        answers = sum(len(taker.given) for taker in self.takers)
        many = f"{len(self.takers)} personnes"
        return [
            none_of(f"{many} : erreurs", self.errors.total()),
            none_of(f"{many}, {answers} réponses : perdues avant l’envoi", self.unsaved),
            none_of(f"{many}, {answers} réponses : perdues après l’envoi", self.lost()),
            none_of(f"{many} : réponses jamais données", len(self.takers) * QUESTIONS - answers),
            none_of(f"{many} : tentatives en double", len(attempts) - len(enrolments)),
            none_of(f"{many} : tentatives non envoyées", sum(attempt.submitted_at is None for attempt in attempts)),
            none_of(f"{many} : notes fausses", misgraded),
            none_of(f"{many} : réussites sans étape terminée, ou l’inverse", abs(passed - completions)),
            none_of(f"{many} : réussites sans attestation, ou l’inverse", abs(passed - issued)),
        ]


def hall_of(count, *, port, now):
    """A quiz of twenty questions, alone in its track, and so many people enrolled in it."""
    track = make_track(CataloguePage.objects.get(), slug="banc-d-essai", modules=(), in_order=False)
    questions = [single(f"Q{number}", right=1 + number % 3) for number in range(QUESTIONS)]
    make_quiz(make_module(track), title="Vingt questions", questions=questions, pass_mark=30)
    (step,) = outline_by_pk(track.pk).steps
    people = [make_person(f"banc.{number}@demo.example") for number in range(count)]
    for person in people:
        enrol(person, track, at=now)
    return Hall(port, people, step)
