"""E-mail by SMTP: one message to one address at a time, over one connection while there is something to send."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from trunkline.kernel.clock import now
from trunkline.messaging.gateways.address import Address, GatewayMisconfigured, parsed
from trunkline.messaging.types import MessageToSend, Outcome, OutcomeKind, Receipt

#: Of each step of the conversation; all of them together stay within a message's lease.
_SECONDS = 15.0
_PORTS = {"smtp": 25, "smtps": 465}
_OPTIONS = ("from", "starttls")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LAST_MESSAGE = 421

#: Seven-bit throughout, so that no relay on the way has to rewrite a message.
_POLICY = policy.SMTP.clone(cte_type="7bit")


class SmtpGateway:
    """A mail server. ``smtp://user:password@host:587?from=bills@example.com&starttls=1``, or ``smtps://``."""

    def __init__(self, url: str) -> None:
        self._address: Address = parsed(url, ports=_PORTS, options=_OPTIONS)
        self._from = self._address.options.get("from", "")
        if "@" not in self._from or not self._from.isascii():
            raise GatewayMisconfigured("needs the sender's address: ?from=name@example.com")
        self._starttls = self._address.options.get("starttls") == "1"
        enciphered = self._starttls or self._address.scheme == "smtps"
        if self._address.user and not enciphered and self._address.host not in _LOOPBACK:
            raise GatewayMisconfigured("a password needs starttls=1 or smtps://")
        self._server: smtplib.SMTP | None = None

    def __str__(self) -> str:
        return str(self._address)

    def send(self, message: MessageToSend) -> Outcome:
        """Hand the mail over. Until the server has all of it nothing is sent; after that only its answer tells."""
        words: bytes | str
        try:
            server = self._connected()
            code, words = server.mail(self._from)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome(OutcomeKind.UNREACHABLE, _told(error))
        if code >= 400:
            # The server objects to the sender: that says nothing about this message.
            return self._answered(OutcomeKind.UNREACHABLE, code, words)
        try:
            code, words = server.rcpt(message.recipient)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome(OutcomeKind.UNREACHABLE, _told(error))
        if code >= 400:
            return self._answered(OutcomeKind.REJECTED if code >= 500 else OutcomeKind.FAILED, code, words)
        try:
            code, words = self._given(server, self._written(message))
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome(OutcomeKind.UNCERTAIN, _told(error))
        if code >= 400:
            return self._answered(OutcomeKind.REJECTED if code >= 500 else OutcomeKind.FAILED, code, words)
        return Outcome(OutcomeKind.ACCEPTED, reference=_text(words)[:80])

    def receipts(self) -> Sequence[Receipt]:
        """SMTP gives none."""
        return ()

    def close(self) -> None:
        """Take leave of the server."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        """The connection of the message before, or another when the server has ended it."""
        if self._server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if self._server.rset()[0] == 250:
                    return self._server
            self.close()
        address = self._address
        server: smtplib.SMTP
        if address.scheme == "smtps":
            context = ssl.create_default_context()
            server = smtplib.SMTP_SSL(address.host, address.port, timeout=_SECONDS, context=context)
        else:
            server = smtplib.SMTP(address.host, address.port, timeout=_SECONDS)
        self._server = server
        if self._starttls:
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if address.user:
            server.login(address.user, address.password)
        return server

    def _given(self, server: smtplib.SMTP, mail: bytes) -> tuple[int, bytes | str]:
        """What the server answers to the mail itself, or to the wish to send one."""
        try:
            return server.data(mail)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, error.smtp_error

    def _answered(self, kind: OutcomeKind, code: int, words: bytes | str) -> Outcome:
        if code == _LAST_MESSAGE:
            self.close()
            kind = OutcomeKind.UNREACHABLE
        return Outcome(kind, f"{code} {_text(words)}")

    def _written(self, message: MessageToSend) -> bytes:
        """The mail as it goes over the wire. A try that is repeated carries the same Message-ID."""
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = self._from
        mail["To"] = message.recipient
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(now())
        mail["Message-ID"] = f"<trunkline.{message.id}@{self._from.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        for file in message.attachments:
            main, _, sub = file.media_type.partition("/")
            mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        return mail.as_bytes()


def _text(words: bytes | str) -> str:
    return (
        (words.decode("utf-8", "replace") if isinstance(words, bytes) else words).replace("\n", " ").strip()
    )


def _told(error: Exception) -> str:
    """An error without what was said to the server, such as the login."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
