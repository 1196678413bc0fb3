"""What the tests of learners share: people in a track, a real mail server, the worker's queue."""

import asyncio
import json
import re
import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.outline import outline_by_pk
from learners.tasks import send_letter
from tests.factories import learners


@pytest.fixture
def site(published):
    """The catalogue, which holds the track."""
    return published[0]


@pytest.fixture
def track(published):
    """A live track in order: two lessons and a quiz in a first module, one lesson in a second."""
    return published[1]


@pytest.fixture
def outline(track):
    """The outline of the track as it stands now; edits made later are not in it."""
    return outline_by_pk(track.pk)


@pytest.fixture
def lesson(outline):
    """The first lesson of the track."""
    return outline.steps[0]


@pytest.fixture
def quiz(outline):
    """The quiz of the first module: three questions, a pass mark of 60 %."""
    return outline.steps[2]


@pytest.fixture
def enrolment(learner, track):
    """The learner follows the track since NOW."""
    return learners.enrol(learner, track)


@pytest.fixture
def at_quiz(enrolment):
    """The same learner, who has read the two lessons before the quiz."""
    return learners.finish(enrolment, steps=2)


class Statements(CaptureQueriesContext):
    """The SQL of a block, without what only opens and closes transactions."""

    @property
    def sql(self):
        """The statements that read or write rows."""
        noise = re.compile(r"^(SAVEPOINT|RELEASE SAVEPOINT|BEGIN|COMMIT)\b")
        return [query["sql"] for query in self.captured_queries if not noise.match(query["sql"])]

    def __len__(self):
        return len(self.sql)


@pytest.fixture
def statements(db):
    """``with statements() as done: …`` then ``len(done)``."""
    return lambda: Statements(connection)


class Queue:
    """What workers are asked to do, read from the broker itself."""

    def taken(self, *names):
        """The arguments of the tasks that wait in these queues, or in all, by task; they no longer wait after."""
        waiting = []
        with send_letter.app.connection_for_read() as broker:
            for name in names or ("letters", "documents"):
                with broker.SimpleQueue(name) as queue:
                    while queue.qsize():
                        message = queue.get_nowait()
                        message.ack()
                        (args, _kwargs, _embed) = json.loads(message.body)
                        waiting.append((message.headers["task"], *args))
        return waiting


@pytest.fixture
def queue():
    """The queues of the workers, empty."""
    queue = Queue()
    queue.taken()
    return queue


class Postbox:
    """A mail server's manners and what it received. Each answer may be changed by a test."""

    def __init__(self):
        self.received = []
        self.senders = []
        self.at_recipient = "250 OK"
        self.at_data = "250 OK"
        self.cuts_after_data = False
        self.seconds = 0
        self.meanwhile = lambda: None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 — aiosmtpd's name
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 — aiosmtpd's name
        await asyncio.sleep(self.seconds)
        self.meanwhile()
        if self.at_data.startswith("250"):
            self.senders.append(envelope.mail_from)
            self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.cuts_after_data:
            server.transport.abort()
        return self.at_data


class Server(Controller):
    """On a port that the system chooses: two runs of the suite never meet."""

    def __init__(self, handler):
        self.socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self.socket.getsockname()[1])

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self.socket)


@pytest.fixture
def postbox(settings):
    """A real SMTP server that the product sends to."""
    box = Postbox()
    server = Server(box)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = server.port
    settings.DEFAULT_FROM_EMAIL = "Faire alliance <bonjour@alliance.example>"
    yield box
    server.stop()
