"""Letters that come back: only what is said of a letter of ours, to the address where it went, changes anything."""

import io
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import mail
from django.core.management import call_command

from learners import (
    addresses,
    bounce_reports,
    bounces,
    contacts,
    delivery,
    digests,
    letters,
    mailbox,
    reminders,
    schedule,
)
from learners.errors import AddressFails
from learners.models import FailingAddress, Letter, ReminderRule
from learners.reporting import board_of
from tests.factories import learners
from tests.factories.learners import NOW, enrol
from tests.learners.test_delivery import CODE

LATER = NOW + timedelta(hours=2)
SILENT = NOW + timedelta(days=9)

POSTFIX = """\
Date: Mon, 23 Nov 2026 10:20:00 +0100 (CET)
From: MAILER-DAEMON@mx.alliance.example (Mail Delivery System)
To: retours@alliance.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4XyZ.1/mx.alliance.example"

--4XyZ.1/mx.alliance.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This letter could not be handed over to one of its readers.

--4XyZ.1/mx.alliance.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.alliance.example
X-Postfix-Queue-ID: 4XyZ
Arrival-Date: Mon, 23 Nov 2026 10:19:58 +0100 (CET)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 {status} Mailbox of
    this reader is closed

--4XyZ.1/mx.alliance.example
Content-Description: Headers of the letter
Content-Type: text/rfc822-headers

From: Faire alliance <retours@alliance.example>
To: {address}
Subject: Bienvenue
Message-ID: {identifier}

--4XyZ.1/mx.alliance.example--
"""

EXCHANGE = """\
From: "Microsoft Outlook" <postmaster@association.example>
To: <retours@alliance.example>
Subject: Non remis : Bienvenue
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="_2b_PROD_"
In-Reply-To: {identifier}
References: {identifier}

--_2b_PROD_
Content-Type: multipart/alternative; boundary="_in_"

--_in_
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

Vm90cmUgbWVzc2FnZSBu4oCZYSBwYXMgw6l0w6kgcmVtaXMu

--_in_
Content-Type: text/html; charset="utf-8"

<p>Votre message est revenu.</p>

--_in_--

--_2b_PROD_
Content-Type: message/delivery-status

Reporting-MTA: dns;PR0P264.association.example
Received-From-MTA: dns;mx.alliance.example
Arrival-Date: Mon, 23 Nov 2026 09:20:00 +0000

Original-Recipient: rfc822;{address}
Final-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;550 {status} No such recipient in this organisation
X-Display-Name: Nadia Benali

--_2b_PROD_
Content-Type: message/rfc822

Received: from mx.alliance.example by PR0P264.association.example; Mon, 23 Nov 2026 09:20:00 +0000
Message-ID: {identifier}
From: Faire alliance <bonjour@alliance.example>
To: {address}
Subject: Bienvenue
Content-Type: text/plain

Bonjour
--_2b_PROD_--
"""

GMAIL = """\
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@mail.example>
To: retours@alliance.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {identifier}
In-Reply-To: {identifier}
X-Failed-Recipients: {address}
Content-Type: multipart/report; boundary="000000000000a1"; report-type=delivery-status

--000000000000a1
Content-Type: multipart/related; boundary="000000000000a2"

--000000000000a2
Content-Type: text/plain; charset="UTF-8"

Address not found

--000000000000a2
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--000000000000a2--

--000000000000a1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Mon, 23 Nov 2026 01:20:00 -0800 (PST)
X-Original-Message-ID: {identifier}

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org. (192.0.2.7, the server for the domain)
Diagnostic-Code: smtp; 550-{status} The account that you tried to reach does not exist
Last-Attempt-Date: Mon, 23 Nov 2026 01:20:01 -0800 (PST)

--000000000000a1
Content-Type: message/rfc822

To: {address}
From: Faire alliance <bonjour@alliance.example>
Subject: Bienvenue

Bonjour
--000000000000a1--
"""

SHAPES = {"postfix": POSTFIX, "exchange": EXCHANGE, "gmail": GMAIL}


def report(letter, shape=POSTFIX, *, status="5.1.1", action="failed", address=None, identifier=None):
    """The bytes of a report about this letter."""
    facts = {
        "address": address or letter.address,
        "identifier": identifier or delivery.message_id(letter),
        "status": status,
        "action": action,
    }
    return shape.format(**facts).replace("\n", "\r\n").encode()


@pytest.fixture
def welcome(enrolment):
    """The letter that went to the learner."""
    letter = Letter.objects.get(enrolment=enrolment, kind="welcome")
    assert delivery.send(letter.pk, now=NOW) == "sent"
    mail.outbox.clear()
    return letter


def said(letter):
    return Letter.objects.values_list("bounced_at", "bounce").get(pk=letter.pk)


# ------------------------------------------------------------ what a report does


@pytest.mark.parametrize(
    ("shape", "diagnostic"),
    [
        ("postfix", "smtp; 550 5.1.1 Mailbox of this reader is closed"),
        ("exchange", "smtp;550 5.1.1 No such recipient in this organisation"),
        ("gmail", "smtp; 550-5.1.1 The account that you tried to reach does not exist"),
    ],
)
def test_a_lasting_refusal_marks_the_letter_and_the_address(welcome, learner, shape, diagnostic):
    assert bounces.receive(report(welcome, SHAPES[shape]), now=LATER) == "bounced"
    assert said(welcome) == (LATER, diagnostic)
    assert FailingAddress.objects.values_list("person", "address", "since", "diagnostic").get() == (
        learner.pk,
        "nadia@example.org",
        LATER,
        diagnostic,
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("status", "action"), [("4.4.1", "delayed"), ("4.2.2", "failed"), ("5.0.0", "delayed")])
def test_what_may_pass_is_only_noted(welcome, shape, status, action):
    raw = report(welcome, SHAPES[shape], status=status, action=action)
    assert [bounces.receive(raw, now=LATER) for _ in range(2)] == ["delayed", "known"]
    bounced_at, note = said(welcome)
    assert (bounced_at, status in note) == (None, True)
    assert not FailingAddress.objects.exists()


def test_the_same_report_twice_is_once(welcome):
    raw = report(welcome)
    assert [bounces.receive(raw, now=LATER + hours * timedelta(hours=1)) for hours in (0, 1)] == ["bounced", "known"]
    assert (said(welcome)[0], FailingAddress.objects.get().since) == (LATER, LATER)


def test_a_late_delay_does_not_bring_a_letter_back(welcome):
    bounces.receive(report(welcome), now=LATER)
    assert bounces.receive(report(welcome, status="4.4.1", action="delayed"), now=LATER) == "known"
    assert said(welcome)[0] == LATER


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_changes_nothing(welcome, action):
    assert bounces.receive(report(welcome, status="2.0.0", action=action), now=LATER) == "unknown"


def test_an_address_left_meanwhile_is_not_the_one_that_fails(welcome, learner):
    learner.email = "nadia@ailleurs.example"
    learner.save()
    assert bounces.receive(report(welcome), now=LATER) == "bounced"
    assert not FailingAddress.objects.exists()


def test_a_message_of_the_account_to_nobody_we_know_is_marked_alone(db):
    letter = letters.write_account_message(composed=CODE, address="x@example.org", key="account:x", at=NOW)
    assert bounces.receive(report(letter), now=LATER) == "bounced"
    assert not FailingAddress.objects.exists()


# ------------------------------------------------------------ what is not believed


def another_s(letter):
    """A letter of somebody else."""
    person = learners.make_person("tom@example.org")
    return enrol(person, letter.enrolment.track).letters.get()


@pytest.mark.parametrize(
    "identifier",
    [
        "<1-forged@alliance.example>",
        "<999999999999999999999999-x@alliance.example>",
        "<{pk}-@alliance.example>",
        "<{pk}@alliance.example>",
        "<abc@elsewhere.example>",
        "nothing",
    ],
)
def test_an_identifier_that_we_did_not_sign_does_nothing(welcome, identifier):
    raw = report(welcome, identifier=identifier.format(pk=welcome.pk))
    assert bounces.receive(raw, now=LATER) == "unknown"
    assert (said(welcome), FailingAddress.objects.count()) == ((None, ""), 0)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_letter_of_one_person_says_nothing_of_the_address_of_another(welcome, shape):
    other = another_s(welcome)
    for raw in (
        report(welcome, SHAPES[shape], identifier=delivery.message_id(other)),
        report(welcome, SHAPES[shape], address="tom@example.org"),
    ):
        assert bounces.receive(raw, now=LATER) == "unknown"
    assert not Letter.objects.filter(bounced_at__isnull=False).exists()
    assert not FailingAddress.objects.exists()


def nested(depth):
    head = "".join(f'Content-Type: multipart/report; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return head.encode()


HOSTILE = {
    "nothing": b"",
    "noise": bytes(range(256)) * 400,
    "an ordinary answer": b"From: a@b.c\r\nSubject: Absente\r\n\r\nJe reviens lundi.",
    "no parts": b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nhello",
    "a boundary that never comes": b'Content-Type: multipart/report; boundary="x"\r\n\r\n--y\r\n',
    "a charset that nobody knows": b"Content-Type: multipart/report; boundary*=klingon''x\r\n\r\n--x\r\n\r\n--x--",
    "parts within parts": nested(3_000),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.django_db
def test_what_cannot_be_read_does_nothing(raw):
    assert bounces.receive(raw, now=LATER) in {"no_report", "unknown"}


def test_a_report_with_garbage_in_its_headers_is_still_read(welcome):
    raw = report(welcome).replace(b"Mailbox of", b"Bo\xeete \xff\x00 of")
    assert bounces.receive(raw, now=LATER) == "bounced"
    assert "\x00" not in said(welcome)[1]
    said(welcome)[1].encode()


def test_a_long_diagnostic_is_shortened(welcome):
    raw = report(welcome).replace(b"Mailbox of", b"x" * 5_000)
    assert bounces.receive(raw, now=LATER) == "bounced"
    assert len(said(welcome)[1]) == 240


def test_a_report_of_more_than_five_megabytes_is_not_opened(welcome):
    raw = report(welcome) + b" " * bounce_reports.LARGEST
    assert bounces.receive(raw, now=LATER) == "no_report"
    assert said(welcome)[0] is None


def test_a_report_within_a_report_is_not_ours_to_believe(welcome):
    outer = EmailMessage()
    outer["Subject"] = "Fwd"
    outer.set_content("Voyez.")
    outer.add_attachment(report(welcome), maintype="application", subtype="octet-stream", filename="x.eml")
    assert bounces.receive(outer.as_bytes(), now=LATER) == "no_report"


# ------------------------------------------------------------ an address that does not answer


@pytest.fixture
def failing(learner):
    addresses.mark_failing(learner, diagnostic="550 5.1.1", at=NOW)
    return learner


def test_reminders_are_no_longer_written_to_it(enrolment, failing):
    ReminderRule.objects.create(track=enrolment.track, kind="inactive", delay=8, on_since=NOW)
    assert reminders.write_due(now=SILENT) == 0
    addresses.mark_working(failing, "Nadia@example.org")
    assert reminders.write_due(now=SILENT) == 1


def test_what_was_written_before_is_dropped_and_what_was_asked_for_leaves(enrolment, learner):
    reminders.write_due(now=SILENT)
    reminder = Letter.objects.get(kind="reminder")
    addresses.mark_failing(learner, diagnostic="550 5.1.1", at=SILENT)
    code = letters.write_account_message(
        composed=CODE, address=learner.email, key="account:y", person=learner, at=SILENT
    )
    assert [delivery.send(one.pk, now=SILENT) for one in (reminder, code)] == ["dropped", "sent"]
    assert Letter.objects.get(pk=reminder.pk).dropped_reason == "l’adresse ne répond pas"


def test_another_address_is_another_one(enrolment, failing):
    failing.email = "nadia@ailleurs.example"
    failing.save()
    assert addresses.failing_of(failing) is None
    assert reminders.write_due(now=SILENT) == 1
    assert delivery.send(Letter.objects.get(kind="reminder").pk, now=SILENT) == "sent"


def test_who_leads_sees_it_in_the_list_of_the_day_and_cannot_write_there(track, learner, failing):
    lead = learners.make_person("samuel@example.org")
    cohort = learners.make_cohort(track, lead=lead)
    row = enrol(learner, track, at=NOW - timedelta(days=12), cohort=cohort)
    enrol(learners.make_person("tom@example.org"), track, at=NOW - timedelta(days=12), cohort=cohort)
    today, _resting = contacts.people_to_contact(cohort, board_of(cohort, now=NOW), now=NOW)
    assert {one.name: one.unreachable for one in today} == {"Nadia Benali": True, "Léa Roux": False}
    with pytest.raises(AddressFails):
        contacts.write_to(enrolment_pk=row.pk, reason="silent", subject="a", text="b", by=lead, at=NOW)


def test_the_point_of_the_week_is_not_written_to_it(track, learner):
    lead = learners.make_person("samuel@example.org")
    enrol(learner, track, at=NOW - timedelta(days=12), cohort=learners.make_cohort(track, lead=lead))
    addresses.mark_failing(lead, diagnostic="550 5.1.1", at=NOW)
    assert digests.write_due(now=NOW) == 0


# ------------------------------------------------------------ how reports arrive


def test_the_command_reads_one_message_and_says_what_it_did(welcome, monkeypatch):
    outcomes = []
    for raw in (report(welcome), report(welcome), b"\xff"):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        out = io.StringIO()
        call_command("read_bounces", stdout=out)
        outcomes.append(out.getvalue().strip())
    assert outcomes == [
        "Le message est noté comme revenu ; l’adresse ne répond pas.",
        "Cet avis était déjà connu : rien ne change.",
        "Ceci n’est pas un avis de non-remise lisible : rien ne change.",
    ]
    assert said(welcome)[0] is not None


def test_servers_are_told_where_to_write_when_they_refuse_later(enrolment, postbox, settings):
    settings.BOUNCES_ADDRESS = "retours@alliance.example"
    assert delivery.send(Letter.objects.get().pk, now=NOW) == "sent"
    assert postbox.senders == ["retours@alliance.example"]
    assert postbox.received[0]["From"] == "Faire alliance <bonjour@alliance.example>"


REFUSED: list[bytes] = []


class Mailbox(threading.Thread):
    """A small IMAP server over TLS: one mailbox, and what was said to it."""

    def __init__(self, context, messages):
        super().__init__(daemon=True)
        self.context, self.messages = context, messages
        self.seen, self.logins = set(), []
        self.asked = socket.create_server(("127.0.0.1", 0))
        self.port = self.asked.getsockname()[1]

    def run(self):
        while True:
            try:
                plain, _ = self.asked.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(plain, server_side=True) as line:
                    self.talk(line.makefile("rwb"))
            except (OSError, ssl.SSLError):
                continue

    def talk(self, line):
        line.write(b"* OK ready\r\n")
        line.flush()
        while order := line.readline().split():
            tag, verb, *rest = order
            verb = b" ".join([verb, *rest[:1]]) if verb == b"UID" else verb
            said = self.answer(verb.decode().upper(), rest)
            line.write(b"".join(one + b"\r\n" for one in [*said, tag + (b" NO" if said is REFUSED else b" OK done")]))
            line.flush()

    def answer(self, verb, rest):
        match verb:
            case "CAPABILITY":
                return [b"* CAPABILITY IMAP4rev1"]
            case "LOGIN":
                self.logins.append(b" ".join(rest).decode())
                return [] if rest[1] == b'"se/cret"' else REFUSED
            case "UID SEARCH":
                left = [str(uid).encode() for uid in sorted(set(self.messages) - self.seen)]
                return [b" ".join([b"* SEARCH", *left])]
            case "UID FETCH":
                uid, limit = int(rest[1]), int(rest[2].rpartition(b".")[2].rstrip(b">)"))
                raw = self.messages[uid][:limit]
                return [b"* 1 FETCH (UID %d BODY[]<0> {%d}" % (uid, len(raw)), raw + b")"]
            case "UID STORE":
                self.seen.add(int(rest[1]))
        return []


@pytest.fixture
def certificate(tmp_path):
    """A server's own certificate, and the key it is kept with."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def box(certificate, settings):
    """A mailbox that listens, named by BOUNCES_URL; ``messages`` are by number."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Mailbox(context, {})
    server.start()
    settings.BOUNCES_URL = f"imaps://retours%40alliance.example:se%2Fcret@localhost:{server.port}/Retours"
    yield server
    server.asked.close()


@pytest.fixture
def trusted(certificate, monkeypatch):
    """The machine trusts the certificate of that server."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def test_the_clock_reads_the_mailbox_and_leaves_what_it_has_read(welcome, box, trusted):
    box.messages = {7: b"Subject: Absente\r\n\r\nJe reviens.", 8: report(welcome)}
    schedule.read_bounces()
    assert (said(welcome)[0] is not None, box.seen) == (True, {7, 8})
    assert box.logins == ['retours@alliance.example "se/cret"']
    box.messages[9] = report(welcome)
    assert bounces.poll(now=LATER, patience=45) == {"known": 1}
    assert box.seen == {7, 8, 9}


def test_a_message_too_long_for_a_report_is_cut_and_does_nothing(welcome, box, trusted, monkeypatch):
    monkeypatch.setattr(bounce_reports, "LARGEST", 200)
    box.messages = {1: report(welcome)}
    assert bounces.poll(now=LATER, patience=45) == {"no_report": 1}


def test_a_server_that_nobody_vouches_for_is_given_no_password(box):
    assert bounces.poll(now=LATER, patience=45) == {}
    assert box.logins == []


def test_a_mailbox_that_is_away_or_refuses_waits_for_the_next_time(box, trusted, settings):
    settings.BOUNCES_URL = settings.BOUNCES_URL.replace("se%2Fcret", "other")
    assert bounces.poll(now=LATER, patience=45) == {}
    box.asked.close()
    settings.BOUNCES_URL = settings.BOUNCES_URL.replace(str(box.port), "1")
    assert bounces.poll(now=LATER, patience=45) == {}


def test_without_a_mailbox_the_clock_reads_nothing(settings):
    settings.BOUNCES_URL = ""
    assert schedule.read_bounces() is None


def test_the_address_of_a_mailbox_is_read_in_full():
    assert mailbox.place("imaps://a%40b.c:p%3A%2F@imap.example/Mes%20retours") == mailbox.Place(
        host="imap.example", port=993, user="a@b.c", password="p:/", folder="Mes retours"
    )


@pytest.mark.parametrize("url", ["imap://a:b@imap.example", "imaps://imap.example", "imaps://a@imap.example", "x"])
def test_an_address_without_tls_or_password_is_refused(url):
    with pytest.raises(ValueError, match="imaps://"):
        mailbox.place(url)
