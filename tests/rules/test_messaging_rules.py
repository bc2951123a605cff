"""What follows from a try, how a short message is cut, and which addresses are read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib.gsm import GSM_CHARACTER_TABLE

from trunkline.kernel.masking import masked_address, masked_phone
from trunkline.messaging.gateways.address import GatewayMisconfigured
from trunkline.messaging.gateways.email import SmtpGateway
from trunkline.messaging.gateways.segments import segments
from trunkline.messaging.gateways.sms import SmppGateway
from trunkline.messaging.gateways.voice import VoiceFolder
from trunkline.messaging.rules import DELAYS, MOST_TRIES, PAUSE, consequence, email_refusals
from trunkline.messaging.types import Attachment, MessageEvent, Outcome, OutcomeKind, Purpose

AT = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
E, K, P = MessageEvent, OutcomeKind, Purpose


@pytest.mark.parametrize(
    ("kind", "purpose", "tries", "event", "waits", "counts"),
    [
        (K.ACCEPTED, P.NOTICE, 1, E.ACCEPT, None, True),
        (K.REJECTED, P.SERVICE_PASSWORD, 1, E.GIVE_UP, None, True),
        (K.UNREACHABLE, P.NOTICE, MOST_TRIES, E.PUT_BACK, PAUSE, False),
        (K.FAILED, P.NOTICE, 1, E.PUT_BACK, DELAYS[0], True),
        (K.FAILED, P.NOTICE, MOST_TRIES - 1, E.PUT_BACK, DELAYS[-1], True),
        (K.FAILED, P.NOTICE, MOST_TRIES, E.GIVE_UP, None, True),
        (K.UNCERTAIN, P.SERVICE_PASSWORD, 1, E.PUT_BACK, DELAYS[0], True),
        (K.UNCERTAIN, P.USAGE_DETAIL, 2, E.PUT_BACK, DELAYS[1], True),
        (K.UNCERTAIN, P.SERVICE_PASSWORD, MOST_TRIES, E.GIVE_UP, None, True),
        (K.UNCERTAIN, P.NOTICE, 1, E.GIVE_UP, None, True),
    ],
)
def test_what_follows_from_a_try(
    kind: OutcomeKind, purpose: Purpose, tries: int, event: MessageEvent, waits: object, counts: bool
) -> None:
    found = consequence(Outcome(kind), purpose=purpose, tries=tries, at=AT)
    assert (found.event, found.counts) == (event, counts)
    assert found.due_at == (None if waits is None else AT + waits)  # type: ignore[operator]


def test_delays_grow() -> None:
    assert list(DELAYS) == sorted(set(DELAYS))


GSM = "".join(sorted(set(GSM_CHARACTER_TABLE) - {"`", "\x1b"}))


def joined(parts: tuple[bytes, ...]) -> bytes:
    """What a handset makes of the parts."""
    if len(parts) == 1:
        return parts[0]
    assert [part[:3] for part in parts] == [b"\x05\x00\x03"] * len(parts)
    assert {part[3] for part in parts} == {200}
    assert [(part[4], part[5]) for part in parts] == [(len(parts), n) for n in range(1, len(parts) + 1)]
    return b"".join(part[6:] for part in parts)


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=400))
def test_a_message_in_any_script_is_joined_again_without_a_torn_character(text: str) -> None:
    coding, parts = segments(text + "汉", 200)
    assert coding == 8
    assert all(len(part) <= 140 for part in parts)
    assert joined(parts).decode("utf-16-be") == text + "汉"
    for part in parts:
        (part[6:] if len(parts) > 1 else part).decode("utf-16-be")


@given(st.text(alphabet=GSM, min_size=1, max_size=500))
def test_a_message_in_plain_letters_takes_seven_bits_and_no_escape_is_torn(text: str) -> None:
    coding, parts = segments(text, 200)
    assert coding == 0
    assert all(len(part) <= (160 if len(parts) == 1 else 6 + 153) for part in parts)
    assert not any(part.endswith(b"\x1b") for part in parts)
    octets = joined(parts)
    plain, at = "", 0
    while at < len(octets):
        escaped = octets[at] == 0x1B
        plain += GSM_CHARACTER_TABLE[octets[at + 1] + 0x80 if escaped else octets[at]]
        at += 2 if escaped else 1
    assert plain == text


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"to": "a@b.cn, c@d.cn"}, ["message.address"]),
        ({"to": "a@b.cn\r\nBcc: c@d.cn"}, ["message.address"]),
        ({"subject": "详单\nBcc: c@d.cn"}, ["message.subject"]),
        ({"subject": ""}, ["message.subject"]),
        ({"body": " "}, ["message.empty"]),
        ({"attachments": [Attachment("../x", "text/plain", b"")]}, ["message.attachment"]),
        ({"attachments": [Attachment("x", "text/plain\r\n", b"")]}, ["message.attachment"]),
        (
            {"attachments": [Attachment("x", "text/plain", bytes(20 * 1024 * 1024 + 1))]},
            ["message.too_large"],
        ),
        ({"to": "nobody", "body": ""}, ["message.address", "message.empty"]),
    ],
)
def test_an_e_mail_that_cannot_be_sent_is_refused_with_every_reason(
    changed: dict[str, object], codes: list[str]
) -> None:
    mail = {"to": "liu@example.com", "subject": "详单", "body": "请查收。", "attachments": [], **changed}
    assert [reason.code for reason in email_refusals(**mail)] == codes  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (SmppGateway, "smpp://user:hush@127.0.0.1:70000"),
        (SmppGateway, "http://user:hush@127.0.0.1"),
        (SmppGateway, "smpp://user:hush@127.0.0.1?sauce=1"),
        (SmppGateway, "smpp://user:hush@127.0.0.1?bind=receiver"),
        (SmppGateway, "smpp://user:hush@127.0.0.1?dest_ton=x"),
        (SmtpGateway, "smtp://127.0.0.1:25"),
        (SmtpGateway, "smtp://user:hush@mail.example.com?from=a@example.com"),
        (VoiceFolder, "spool/hush"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_without_its_password(made: type, value: str) -> None:
    with pytest.raises(GatewayMisconfigured) as error:
        made(value)
    assert str(error.value)
    assert "hush" not in str(error.value)


def test_a_gateway_shows_its_address_without_its_password() -> None:
    assert str(SmppGateway("smpp://user:hush@127.0.0.1?source=10010")) == "smpp://127.0.0.1:2775"
    assert str(SmtpGateway("smtps://u:hush@mail.example.com?from=a@b.cn")) == "smtps://mail.example.com:465"


def test_numbers_and_addresses_are_masked() -> None:
    assert masked_phone("18655100001") == "186****0001"
    assert masked_phone("05516560001") == "0551656****"
    assert masked_address("liu@example.com") == "l****@example.com"
