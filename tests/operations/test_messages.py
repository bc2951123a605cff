"""Messages: posted once, kept apart from the audit trail, sent once, and secret ones gone when they have left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.breaking import break_by, copy_to_break
from tests.conftest import Cluster
from tests.support import snapshot
from tests.world import World
from trunkline.kernel.checks import Check
from trunkline.kernel.refusals import Refused
from trunkline.messaging.checks import CHECKS
from trunkline.messaging.operations import (
    expire_messages,
    hand_over,
    keep_receipts,
    post_email,
    post_line_messages,
    recover_messages,
    retry_message,
    settle,
)
from trunkline.messaging.queries import count_waiting, find_messages
from trunkline.messaging.rules import DELAYS, LEASE, MOST_TRIES
from trunkline.messaging.types import (
    Attachment,
    LinePost,
    MessageKind,
    MessageState,
    MessageToSend,
    MessageView,
    Outcome,
    OutcomeKind,
    Purpose,
    Receipt,
    Report,
    Trouble,
)
from trunkline.security.queries import system_actor
from trunkline.security.types import Actor, Door

BOOK = Attachment(
    "详单.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK-secret-rows"
)
SECRET = "您的服务密码是394817，请勿告诉他人。"


def write(world: World, actor: Actor, at: datetime, **changed: object) -> int:
    arguments = {
        "branch_id": world.branches["HF"],
        "to": "liu@example.com",
        "subject": "十月详单",
        "body": "请查收附件。",
        "attachments": [BOOK],
        "purpose": Purpose.USAGE_DETAIL,
        "source": "test",
        "source_id": "1",
        "expires_at": None,
        **changed,
    }
    return post_email(**arguments, actor=actor, at=at)  # type: ignore[arg-type]


def text(
    world: World, actor: Actor, at: datetime, *, count: int = 1, secret: bool = False, body: str = ""
) -> None:
    """Post short messages: notices, or secret ones that last ten minutes."""
    post_line_messages(
        purpose=Purpose.SERVICE_PASSWORD if secret else Purpose.NOTICE,
        source="secret" if secret else "notice",
        messages=[
            LinePost(
                line_id=n + 1,
                branch_id=world.branches["HF"],
                number=f"1865510{n:04d}",
                kind=MessageKind.SMS,
                body=body or (SECRET if secret else f"第{n}号通知"),
                source_id=str(n),
                secret=secret,
                expires_at=at + timedelta(minutes=10) if secret else None,
            )
            for n in range(count)
        ],
        actor=actor,
        at=at,
    )


def take(actor: Actor, at: datetime, kind: MessageKind = MessageKind.SMS) -> MessageToSend:
    message = hand_over(kind=kind, done=None, actor=actor, at=at)
    assert message is not None
    return message


def end(
    message: MessageToSend, outcome: OutcomeKind, actor: Actor, at: datetime, why: str = ""
) -> MessageView:
    reference = "77" if outcome is OutcomeKind.ACCEPTED else ""
    report = Report(message.id, message.lease, Outcome(outcome, why, reference))
    settle(done=report, actor=actor, at=at)
    (found,) = (view for view in find_messages() if view.id == message.id)
    return found


def query(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def trail() -> str:
    ((changes, operations),) = query(
        "SELECT (SELECT string_agg(t::text, '|') FROM security_auditchange t), "
        "(SELECT string_agg(t::text, '|') FROM security_auditoperation t)"
    )
    return f"{changes}|{operations}"


# Posting.


def test_an_e_mail_is_posted_once(world: World, actor: Actor, at: datetime) -> None:
    write(world, actor, at)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        write(world, actor, at)
    assert [reason.code for reason in refused.value.refusals] == ["message.posted_already"]
    assert snapshot() == before


def test_what_cannot_be_sent_is_refused_when_it_is_posted(world: World, actor: Actor, at: datetime) -> None:
    before = snapshot()
    for post in (
        lambda: write(world, actor, at, to="a@b.cn,c@d.cn"),
        lambda: write(world, actor, at, expires_at=at),
        lambda: text(world, actor, at, body="长" * 671),
    ):
        with pytest.raises(Refused):
            post()
    assert snapshot() == before


def test_words_and_files_are_not_in_the_audit_trail(world: World, actor: Actor, at: datetime) -> None:
    write(world, actor, at)
    text(world, actor, at, count=2)
    text(world, actor, at, secret=True)
    kept = trail()
    assert "详单.xlsx (14 bytes)" in kept
    words = ("请查收", "PK-secret-rows", b"PK-secret-rows".hex(), "第0号", "394817")
    assert not [word for word in words if word in kept]


def test_messages_to_many_lines_take_as_many_statements_as_to_one(
    all_staged: None, world: World, actor: Actor, at: datetime
) -> None:
    with CaptureQueriesContext(connection) as one:
        text(world, actor, at, secret=True)
    with CaptureQueriesContext(connection) as many:
        text(world, actor, at, count=500)
    assert len(many) == len(one)
    assert count_waiting()[MessageKind.SMS] == 501


def test_words_are_written_once_and_a_secret_can_only_be_taken_away(
    world: World, actor: Actor, at: datetime
) -> None:
    text(world, actor, at)
    text(world, actor, at, secret=True)
    for statement in (
        "UPDATE messaging_messagecontent SET body = 'x'",
        "UPDATE messaging_messagesecret SET ciphertext = 'x'",
        "UPDATE messaging_messagesecret SET ciphertext = NULL",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            query(statement + " RETURNING 1")


# Sending.


def test_a_message_is_taken_by_one_worker_and_sent_once(world: World, actor: Actor, at: datetime) -> None:
    text(world, actor, at)
    message = take(actor, at)
    assert hand_over(kind=MessageKind.SMS, done=None, actor=actor, at=at) is None
    view = end(message, OutcomeKind.ACCEPTED, actor, at)
    assert (view.state, view.sent_at, view.tries, view.recipient) == (MessageState.SENT, at, 1, "186****0000")
    assert hand_over(kind=MessageKind.SMS, done=None, actor=actor, at=at + LEASE) is None


def test_an_e_mail_is_handed_over_with_its_files(world: World, actor: Actor, at: datetime) -> None:
    write(world, actor, at)
    assert hand_over(kind=MessageKind.SMS, done=None, actor=actor, at=at) is None
    message = take(actor, at, MessageKind.EMAIL)
    assert (message.recipient, message.subject, message.body) == (
        "liu@example.com",
        "十月详单",
        "请查收附件。",
    )
    assert message.attachments == (BOOK,)


def test_the_next_is_taken_with_the_outcome_of_the_one_before(
    world: World, actor: Actor, at: datetime
) -> None:
    text(world, actor, at, count=2)
    first = take(actor, at)
    done = Report(first.id, first.lease, Outcome(OutcomeKind.ACCEPTED))
    second = hand_over(kind=MessageKind.SMS, done=done, actor=actor, at=at)
    assert second is not None
    assert second.id > first.id
    assert [view.state for view in find_messages()] == [MessageState.SENDING, MessageState.SENT]


def test_a_message_that_is_not_taken_is_tried_later_and_later_and_then_fails(
    world: World, actor: Actor, at: datetime
) -> None:
    text(world, actor, at)
    for delay in DELAYS:
        view = end(take(actor, at), OutcomeKind.FAILED, actor, at, "0x00000008 System Error")
        assert (view.state, view.due_at, view.trouble) == (
            MessageState.WAITING,
            at + delay,
            Trouble.NOT_TAKEN,
        )
        assert hand_over(kind=MessageKind.SMS, done=None, actor=actor, at=at) is None
        at += delay
    view = end(take(actor, at), OutcomeKind.FAILED, actor, at, "0x00000008 System Error")
    assert (view.state, view.tries, view.last_error) == (
        MessageState.FAILED,
        MOST_TRIES,
        "0x00000008 System Error",
    )


def test_a_gateway_that_is_away_costs_no_try(world: World, actor: Actor, at: datetime) -> None:
    text(world, actor, at)
    for _ in range(MOST_TRIES + 1):
        view = end(take(actor, at), OutcomeKind.UNREACHABLE, actor, at, "Connection refused")
        assert (view.state, view.tries, view.last_error) == (MessageState.WAITING, 0, "Connection refused")
        at = view.due_at


@pytest.mark.parametrize("outcome", [OutcomeKind.ACCEPTED, OutcomeKind.REJECTED])
def test_a_secret_is_destroyed_when_it_has_left_or_never_will(
    world: World, actor: Actor, at: datetime, outcome: OutcomeKind
) -> None:
    text(world, actor, at, secret=True)
    message = take(actor, at)
    assert message.body == SECRET
    assert "394817" not in repr(message)
    ((sealed,),) = query("SELECT ciphertext FROM messaging_messagesecret")
    assert b"394817" not in bytes(sealed)  # type: ignore[arg-type]
    end(message, outcome, actor, at)
    assert query("SELECT ciphertext FROM messaging_messagesecret") == [(None,)]


def test_keys_are_changed_without_losing_what_waits(world: World, actor: Actor, at: datetime) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with override_settings(TRUNKLINE_MESSAGE_KEYS=(old,)):
        text(world, actor, at, count=2, secret=True)
    with override_settings(TRUNKLINE_MESSAGE_KEYS=(new, old)):
        assert take(actor, at).body == SECRET
    with override_settings(TRUNKLINE_MESSAGE_KEYS=(new,)):
        assert hand_over(kind=MessageKind.SMS, done=None, actor=actor, at=at) is None
    lost = find_messages(state=MessageState.FAILED)
    assert [view.trouble for view in lost] == [Trouble.KEY_GONE]


# After a crash.


def test_what_a_dead_worker_held_is_sent_again_only_where_that_does_no_harm(
    world: World, actor: Actor, at: datetime
) -> None:
    text(world, actor, at)
    text(world, actor, at, secret=True)
    held = [take(actor, at), take(actor, at)]
    assert recover_messages(actor=actor, at=at + LEASE - timedelta(seconds=1)) == 0
    assert recover_messages(actor=actor, at=at + LEASE) == 2
    states = {view.purpose: (view.state, view.trouble) for view in find_messages()}
    assert states == {
        Purpose.NOTICE: (MessageState.FAILED, Trouble.NO_ANSWER),
        Purpose.SERVICE_PASSWORD: (MessageState.WAITING, Trouble.NO_ANSWER),
    }
    before = snapshot()
    late = Report(held[0].id, held[0].lease, Outcome(OutcomeKind.ACCEPTED))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        settle(done=late, actor=actor, at=at + LEASE)
        assert {view.purpose: (view.state, view.trouble) for view in find_messages()} == states
        raise ZeroDivisionError
    assert snapshot() == before


def test_messages_expire_unsent_with_their_secrets(world: World, actor: Actor, at: datetime) -> None:
    text(world, actor, at, count=3, secret=True)
    text(world, actor, at)
    assert expire_messages(actor=actor, at=at + timedelta(minutes=10)) == 3
    assert query("SELECT count(*) FROM messaging_messagesecret WHERE ciphertext IS NOT NULL") == [(0,)]
    assert len(find_messages(state=MessageState.WAITING)) == 1


# Retrying.


def test_a_failed_message_is_sent_again_when_somebody_asks(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    text(world, actor, at)
    failed = end(take(actor, at), OutcomeKind.REJECTED, actor, at)
    officer = make_actor(role="billing_officer", branch="HF")
    retry_message(message_id=failed.id, actor=officer, at=at + timedelta(hours=1))
    again = take(actor, at + timedelta(hours=1))
    assert (again.id, again.tries) == (failed.id, 1)


def test_what_cannot_be_sent_again_is_refused(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    text(world, actor, at)
    text(world, actor, at, secret=True)
    write(world, actor, at, expires_at=at + timedelta(hours=1))
    end(take(actor, at), OutcomeKind.ACCEPTED, actor, at)
    secret = end(take(actor, at), OutcomeKind.REJECTED, actor, at)
    mail = end(take(actor, at, MessageKind.EMAIL), OutcomeKind.REJECTED, actor, at)
    sent = find_messages(state=MessageState.SENT)[0]
    stranger = replace(actor, branch_id=world.branches["WH"], branch_ids=(world.branches["WH"],))
    auditor = make_actor(role="auditor", branch="HF")
    before = snapshot()
    for message, who, when, code in (
        (sent, actor, at, "message.not_failed"),
        (secret, actor, at, "message.secret_gone"),
        (mail, actor, at + timedelta(hours=1), "message.expired"),
        (mail, stranger, at, "message.unknown"),
        (mail, auditor, at, "permission.missing"),
    ):
        with pytest.raises(Refused) as refused:
            retry_message(message_id=message.id, actor=who, at=when)
        assert [reason.code for reason in refused.value.refusals] == [code]
    with transaction.atomic():
        connection.cursor().execute("SELECT set_config('trunkline.branches', '1,2,3', true)")
        assert snapshot() == before


def test_a_receipt_is_kept_with_the_message_it_tells_of(world: World, actor: Actor, at: datetime) -> None:
    text(world, actor, at)
    end(take(actor, at), OutcomeKind.ACCEPTED, actor, at)
    receipts = [Receipt("77", "DELIVRD"), Receipt("78", "UNDELIV")]
    assert keep_receipts(receipts=receipts, actor=actor, at=at) == 1
    assert [view.receipt for view in find_messages()] == ["DELIVRD"]


# Invariants.

BREAKERS = {
    "message.secret_is_destroyed": ("UPDATE messaging_messagesecret SET ciphertext = 'x'",),
    "message.words_are_kept_once": ("DELETE FROM messaging_messagecontent",),
    "message.not_stuck": (
        "UPDATE messaging_outgoingmessage SET state = 'sending', lease = gen_random_uuid(), "
        "leased_until = '2020-01-01' WHERE NOT secret",
    ),
    "message.same_branch": ("UPDATE messaging_messageattachment SET branch_id = branch_id + 1",),
    "message.times": ("UPDATE messaging_outgoingmessage SET sent_at = '2020-01-01' WHERE secret",),
}


def _build(world: World) -> None:
    actor, at = system_actor(Door.CLI), datetime.fromisoformat("2026-10-12T02:00:00+00:00")
    text(world, actor, at)
    text(world, actor, at, secret=True)
    write(world, actor, at)
    first = take(actor, at)
    done = Report(first.id, first.lease, Outcome(OutcomeKind.ACCEPTED))
    second = hand_over(kind=MessageKind.SMS, done=done, actor=actor, at=at)
    assert second is not None
    settle(done=Report(second.id, second.lease, Outcome(OutcomeKind.ACCEPTED)), actor=actor, at=at)


@pytest.fixture(scope="module")
def worked_in(cluster: Cluster) -> Iterator[None]:
    """A database with messages, seen by its superuser, who may break it."""
    with copy_to_break(cluster, lambda: _build(cluster.world)):
        yield


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_broken_invariant_is_caught(worked_in: None, check: Check) -> None:
    assert list(check.find()) == []
    with transaction.atomic():
        for statement in BREAKERS[check.code]:
            break_by(statement)
        found = check.find()
        transaction.set_rollback(True)
    assert found
    assert list(check.find()) == []


def test_every_invariant_is_broken_here() -> None:
    assert set(BREAKERS) == {check.code for check in CHECKS}
