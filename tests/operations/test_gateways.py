"""Gateways against real servers on loopback: a mail server, a short-message centre, a folder."""

from __future__ import annotations

import email
import json
import logging
import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests import smsc
from tests.operations.test_messages import BOOK, SECRET, text, write
from tests.smsc import Smsc, answers
from tests.world import World
from trunkline.kernel.clock import at_time
from trunkline.messaging import delivery
from trunkline.messaging.gateways import Gateway
from trunkline.messaging.gateways.email import SmtpGateway
from trunkline.messaging.gateways.sms import SmppGateway
from trunkline.messaging.gateways.voice import VoiceFolder
from trunkline.messaging.queries import find_messages
from trunkline.messaging.types import (
    Attachment,
    MessageKind,
    MessageState,
    MessageToSend,
    OutcomeKind,
    Purpose,
    Trouble,
)
from trunkline.security.types import Actor

AT = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)


def message(
    body: str = SECRET,
    *,
    kind: MessageKind = MessageKind.SMS,
    attachments: tuple[Attachment, ...] = (),
    number: int = 700,
) -> MessageToSend:
    return MessageToSend(
        id=number,
        kind=kind,
        purpose=Purpose.NOTICE,
        recipient="liu@example.com" if kind is MessageKind.EMAIL else "18655100001",
        subject="十月详单" if kind is MessageKind.EMAIL else "",
        body=body,
        attachments=attachments,
        expires_at=AT + timedelta(minutes=10),
        lease="7d4b",
        tries=1,
    )


# Short messages.


@pytest.fixture
def centre() -> Iterator[Smsc]:
    with smsc.smsc() as running:
        yield running


@pytest.fixture
def gateway(centre: Smsc) -> Iterator[SmppGateway]:
    made = SmppGateway(centre.url)
    yield made
    made.close()


def test_a_short_message_arrives_with_its_words_and_its_limit(centre: Smsc, gateway: SmppGateway) -> None:
    outcome = gateway.send(message())
    assert (outcome.kind, outcome.reference) == (OutcomeKind.ACCEPTED, "00000001")
    (arrived,) = centre.taken
    assert (arrived.source, arrived.to, arrived.words) == ("10010", "18655100001", SECRET)
    assert (arrived.coding, arrived.registered, arrived.validity) == (8, 1, "261012021000000+")
    assert gateway.send(message("Your bill is ready.")).kind is OutcomeKind.ACCEPTED
    assert (centre.taken[1].coding, centre.taken[1].words) == (0, "Your bill is ready.")
    assert centre.binds == 1


def test_a_long_message_arrives_in_parts_of_one_reference(centre: Smsc, gateway: SmppGateway) -> None:
    words = "尊敬的客户，您好。" * 20
    assert gateway.send(message(words)).kind is OutcomeKind.ACCEPTED
    assert len(centre.taken) == 3
    assert "".join(part.words for part in centre.taken) == words
    assert [part.octets[:6] for part in centre.taken] == [
        bytes((5, 0, 3, 700 & 0xFF, 3, n)) for n in (1, 2, 3)
    ]
    assert [part.registered for part in centre.taken] == [0, 0, 1]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (smsc.THROTTLED, OutcomeKind.UNREACHABLE),
        (smsc.SYSTEM_ERROR, OutcomeKind.FAILED),
        (smsc.NO_SUCH_ADDRESS, OutcomeKind.REJECTED),
    ],
)
def test_what_the_centre_answers_decides(
    centre: Smsc, gateway: SmppGateway, status: int, kind: OutcomeKind
) -> None:
    centre.reactions = answers(status)
    outcome = gateway.send(message())
    assert outcome.kind is kind
    assert outcome.why.startswith(f"0x{status:08X}")
    assert gateway.send(message()).kind is OutcomeKind.ACCEPTED


def test_a_connection_that_ends_before_the_answer_leaves_the_outcome_open(
    centre: Smsc, gateway: SmppGateway
) -> None:
    centre.reactions = answers(None)
    assert gateway.send(message()).kind is OutcomeKind.UNCERTAIN
    assert gateway.send(message()).kind is OutcomeKind.ACCEPTED
    assert (len(centre.arrived), len(centre.taken), centre.binds) == (2, 1, 2)


def test_a_centre_that_was_started_anew_is_bound_again_and_loses_nothing(
    centre: Smsc, gateway: SmppGateway
) -> None:
    gateway.send(message())
    centre.hang_up()
    for thread in centre.threads:
        thread.join(timeout=10)
    assert gateway.send(message()).kind is OutcomeKind.ACCEPTED
    assert (len(centre.arrived), centre.binds) == (2, 2)


def test_a_centre_that_is_away_or_knows_no_such_system_is_not_reached(centre: Smsc) -> None:
    wrong = SmppGateway(centre.url.replace("s3cret", "wr0ng"))
    outcome = wrong.send(message())
    assert outcome.kind is OutcomeKind.UNREACHABLE
    assert "wr0ng" not in outcome.why
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert SmppGateway(f"smpp://u:p@127.0.0.1:{port}").send(message()).kind is OutcomeKind.UNREACHABLE
    assert centre.arrived == []


def test_a_delivery_receipt_is_answered_and_handed_on_once(centre: Smsc, gateway: SmppGateway) -> None:
    reference = gateway.send(message()).reference
    centre.deliver_receipt(reference, "DELIVRD")
    # The next answer comes after the receipt on the same connection.
    gateway.send(message())
    assert [(found.reference, found.status) for found in gateway.receipts()] == [(reference, "DELIVRD")]
    assert gateway.receipts() == ()
    gateway.send(message())
    assert centre.answered == [77]


def test_neither_words_nor_password_are_logged(
    centre: Smsc, gateway: SmppGateway, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        gateway.send(message())
        gateway.close()
    assert "394817" not in caplog.text
    assert SECRET.encode("utf-16-be").hex() not in caplog.text
    assert b"s3cret".hex() not in caplog.text


# E-mail.


@dataclass
class Mailbox:
    """What a mail server does: it keeps mails, or answers a step as it is told, or hangs up."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)
    rcpt: str = "250 OK"
    data: str | None = "250 2.0.0 queued as 4F1"
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data is None:
            assert server.transport is not None
            server.transport.abort()
            return "250 never read"
        if self.data.startswith("250"):
            content = cast(bytes, envelope.content)
            self.mails.append(cast(EmailMessage, email.message_from_bytes(content, policy=policy.SMTP)))
            self.envelopes.append(list(envelope.rcpt_tos))
            self.encrypted.append(session.ssl is not None)
        return self.data


Serve = Callable[..., str]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def serve(mailbox: Mailbox) -> Iterator[Serve]:
    """Start a mail server with these options; its host and port."""
    running: list[Controller] = []

    def start(**options: Any) -> str:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return f"127.0.0.1:{port}"

    yield start
    for controller in running:
        controller.stop()


def mail(**changed: Any) -> MessageToSend:
    return message("请查收附件。", kind=MessageKind.EMAIL, attachments=(BOOK,), **changed)


def test_a_mail_arrives_with_its_words_and_files(serve: Serve, mailbox: Mailbox) -> None:
    gateway = SmtpGateway(f"smtp://{serve()}?from=bills@example.com")
    with at_time(AT):
        outcome = gateway.send(mail())
    assert (outcome.kind, outcome.reference) == (OutcomeKind.ACCEPTED, "2.0.0 queued as 4F1")
    (arrived,) = mailbox.mails
    assert (arrived["To"], arrived["From"], arrived["Subject"]) == (
        "liu@example.com",
        "bills@example.com",
        "十月详单",
    )
    assert arrived["Message-ID"] == "<trunkline.700@example.com>"
    body = arrived.get_body()
    assert body is not None
    assert body.get_content().strip() == "请查收附件。"
    (file,) = arrived.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (
        BOOK.name,
        BOOK.media_type,
        BOOK.content,
    )
    gateway.close()


def test_two_readers_get_two_mails_over_one_connection(serve: Serve, mailbox: Mailbox) -> None:
    gateway = SmtpGateway(f"smtp://{serve()}?from=bills@example.com")
    assert [gateway.send(mail(number=n)).kind for n in (1, 2)] == [OutcomeKind.ACCEPTED] * 2
    gateway.close()
    assert mailbox.envelopes == [["liu@example.com"], ["liu@example.com"]]


@pytest.mark.parametrize(
    ("step", "answer", "kind"),
    [
        ("rcpt", "550 5.1.1 no such user", OutcomeKind.REJECTED),
        ("rcpt", "450 4.2.0 try later", OutcomeKind.FAILED),
        ("rcpt", "421 4.3.2 shutting down", OutcomeKind.UNREACHABLE),
        ("data", "554 5.7.1 not wanted", OutcomeKind.REJECTED),
        ("data", "451 4.3.0 try later", OutcomeKind.FAILED),
        ("data", None, OutcomeKind.UNCERTAIN),
    ],
)
def test_what_the_mail_server_answers_decides(
    serve: Serve, mailbox: Mailbox, step: str, answer: str | None, kind: OutcomeKind
) -> None:
    gateway = SmtpGateway(f"smtp://{serve()}?from=bills@example.com")
    setattr(mailbox, step, answer)
    outcome = gateway.send(mail())
    assert outcome.kind is kind
    if answer is not None:
        assert outcome.why == answer
    setattr(mailbox, step, "250 OK")
    assert gateway.send(mail()).kind is OutcomeKind.ACCEPTED
    gateway.close()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of localhost that it signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return public, private


def test_a_mail_goes_enciphered_after_a_login(
    serve: Serve, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, private = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    entered: list[object] = []

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        entered.append(data)
        return AuthResult(success=data == LoginPassword(b"post", b"p@ss/word"))

    address = serve(
        tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate
    )
    address = address.replace("127.0.0.1", "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    url = "smtp://post:{}@{}?from=bills@example.com&starttls=1"
    gateway = SmtpGateway(url.format(quote("p@ss/word", safe=""), address))
    assert gateway.send(mail()).kind is OutcomeKind.ACCEPTED
    assert mailbox.encrypted == [True]
    gateway.close()
    wrong = SmtpGateway(url.format("guess", address))
    outcome = wrong.send(mail())
    assert outcome.kind is OutcomeKind.UNREACHABLE
    assert "guess" not in outcome.why
    wrong.close()
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    stranger = SmtpGateway(url.format(quote("p@ss/word", safe=""), address))
    before = len(entered)
    assert stranger.send(mail()).kind is OutcomeKind.UNREACHABLE
    assert len(entered) == before
    stranger.close()


# Voice.


def test_an_announcement_is_one_file_however_often_it_is_dropped(tmp_path: Path) -> None:
    gateway = VoiceFolder(str(tmp_path))
    for _ in range(2):
        outcome = gateway.send(message(kind=MessageKind.VOICE))
        assert (outcome.kind, outcome.reference) == (OutcomeKind.ACCEPTED, "trunkline-700.json")
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "id": 700,
        "number": "18655100001",
        "language": "zh-CN",
        "words": SECRET,
        "not_after": "2026-10-12T02:10:00+00:00",
    }


def test_a_folder_that_is_not_there_is_not_reached(tmp_path: Path) -> None:
    outcome = VoiceFolder(str(tmp_path / "gone")).send(message(kind=MessageKind.VOICE))
    assert (outcome.kind, outcome.why) == (OutcomeKind.UNREACHABLE, "No such file or directory")


# The whole way.


def deliver(gateway: Gateway, kind: MessageKind, actor: Actor, at: datetime) -> int:
    return delivery.send_due(kind=kind, gateway=gateway, actor=actor, now=lambda: at)


def test_every_due_message_arrives_once(
    world: World, actor: Actor, at: datetime, centre: Smsc, gateway: SmppGateway
) -> None:
    text(world, actor, at, count=30)
    text(world, actor, at, secret=True)
    assert deliver(gateway, MessageKind.SMS, actor, at) == 31
    assert deliver(gateway, MessageKind.SMS, actor, at) == 0
    assert len({(arrived.to, arrived.words) for arrived in centre.taken}) == len(centre.taken) == 31
    centre.deliver_receipt("00000031", "DELIVRD")
    gateway.send(message())
    assert delivery.take_receipts(gateway=gateway, actor=actor, now=lambda: at) == 1
    assert find_messages(purpose=Purpose.SERVICE_PASSWORD)[0].receipt == "DELIVRD"


def test_a_centre_without_room_ends_the_round_and_no_try_is_lost(
    world: World, actor: Actor, at: datetime, centre: Smsc, gateway: SmppGateway
) -> None:
    text(world, actor, at, count=5)
    centre.reactions = answers(smsc.OK, smsc.THROTTLED)
    assert deliver(gateway, MessageKind.SMS, actor, at) == 1
    waiting = find_messages(state=MessageState.WAITING)
    assert [view.tries for view in waiting] == [0] * 4
    assert [view.trouble for view in waiting].count(Trouble.NOT_REACHED) == 1
    assert deliver(gateway, MessageKind.SMS, actor, at + timedelta(minutes=1)) == 4
    assert len({arrived.to for arrived in centre.taken}) == len(centre.taken) == 5


def test_an_open_outcome_is_repeated_for_a_password_and_not_for_a_notice(
    world: World, actor: Actor, at: datetime, centre: Smsc, gateway: SmppGateway
) -> None:
    text(world, actor, at)
    text(world, actor, at, secret=True)
    centre.reactions = answers(None, None)
    assert deliver(gateway, MessageKind.SMS, actor, at) == 2
    assert deliver(gateway, MessageKind.SMS, actor, at + timedelta(minutes=1)) == 1
    assert [arrived.words for arrived in centre.arrived] == ["第0号通知", SECRET, SECRET]
    (notice,) = find_messages(purpose=Purpose.NOTICE)
    assert (notice.state, notice.trouble) == (MessageState.FAILED, Trouble.NO_ANSWER)


def test_a_mail_goes_the_whole_way(
    world: World, actor: Actor, at: datetime, serve: Serve, mailbox: Mailbox
) -> None:
    write(world, actor, at)
    gateway = SmtpGateway(f"smtp://{serve()}?from=bills@example.com")
    assert deliver(gateway, MessageKind.EMAIL, actor, at) == 1
    gateway.close()
    assert [arrived["Subject"] for arrived in mailbox.mails] == ["十月详单"]
    assert [view.state for view in find_messages()] == [MessageState.SENT]
