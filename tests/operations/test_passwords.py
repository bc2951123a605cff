"""Service passwords and proofs of identity: nothing secret is kept in words, and wrong tries are counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.items import application
from tests.lines import Connected, connect, person
from tests.support import snapshot
from tests.world import World
from trunkline.counter import desk
from trunkline.counter.identity import Identity, verify_by_card, verify_by_password, verify_by_three_checks
from trunkline.kernel.refusals import Refused
from trunkline.messaging.operations import expire_messages, hand_over
from trunkline.messaging.queries import find_messages
from trunkline.messaging.types import (
    MessageKind,
    MessageState,
    MessageToSend,
    MessageView,
    Outcome,
    OutcomeKind,
    Report,
)
from trunkline.ordering.types import OrderState, VerificationKind
from trunkline.ordering.verification import failures_since, record_verification, verification
from trunkline.security.audit import acting
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.queries import deposited_passwords, lines

GOOD, OTHER, WRONG = "394817", "850276", "111213"
USER = "刘思源"


@pytest.fixture
def line(world: World, actor: Actor, at: datetime) -> Connected:
    return connect(world, actor, at, 1)[0]


@pytest.fixture
def clerk(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


def give(line: Connected, password: str, actor: Actor, at: datetime) -> None:
    deposit = subscriptions.deposit_password(line_id=line.line_id, password=password, actor=actor, at=at)
    subscriptions.adopt_passwords(deposits=[deposit], actor=actor, at=at)


def right(line: Connected, password: str, actor: Actor, at: datetime) -> bool:
    return subscriptions.check_password(line_id=line.line_id, password=password, actor=actor, at=at)


def messages_of(line: Connected) -> tuple[MessageView, ...]:
    return find_messages(line_id=line.line_id)


def send_all(actor: Actor, at: datetime) -> list[MessageToSend]:
    """Hand every waiting message over, as a gateway that takes them all would get them."""
    taken: list[MessageToSend] = []
    for kind in (MessageKind.SMS, MessageKind.VOICE):
        done = None
        while (message := hand_over(kind=kind, done=done, actor=actor, at=at)) is not None:
            taken.append(message)
            done = Report(message.id, message.lease, Outcome(OutcomeKind.ACCEPTED))
    return taken


def sent_password(line: Connected, actor: Actor, at: datetime) -> str:
    """What the newest message tells the line itself."""
    message = send_all(actor, at)[-1]
    assert (message.recipient, message.kind) == (line.number, MessageKind.SMS)
    (found,) = re.findall(r"[0-9]{6}", message.body)
    return str(found)


def everything_kept() -> str:
    """All columns of all rows of every table of lines, orders and the audit trail, as text."""
    with connection.cursor() as cursor:
        tables = [
            table
            for table in connection.introspection.table_names(cursor)
            if table.startswith(("subscriptions_", "ordering_", "messaging_", "security_audit"))
        ]
        kept = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, '|'), '') FROM {table} t")
            kept.append(cursor.fetchone()[0])
    return "|".join(kept)


# The password itself.


def test_a_reset_password_reaches_the_line_itself_once_and_is_kept_nowhere(
    line: Connected, actor: Actor, at: datetime
) -> None:
    assert subscriptions.reset_passwords(line_ids=[line.line_id], actor=actor, at=at) is None  # type: ignore[func-returns-value]
    (waiting,) = messages_of(line)
    assert (waiting.secret, waiting.state) == (True, MessageState.WAITING)
    password = sent_password(line, actor, at)
    assert [message.state for message in messages_of(line)] == [MessageState.SENT]
    assert send_all(actor, at) == []
    assert right(line, password, actor, at)
    kept = re.split(r"[^0-9]", everything_kept())
    assert password not in kept


def test_the_next_reset_makes_the_password_before_worthless(
    line: Connected, actor: Actor, at: datetime
) -> None:
    subscriptions.reset_passwords(line_ids=[line.line_id], actor=actor, at=at)
    first = sent_password(line, actor, at)
    subscriptions.reset_passwords(line_ids=[line.line_id], actor=actor, at=at)
    second = sent_password(line, actor, at)
    assert right(line, second, actor, at)
    assert first == second or not right(line, first, actor, at)


def test_hashes_and_ciphertexts_are_not_copied_into_the_audit_trail(
    line: Connected, actor: Actor, at: datetime
) -> None:
    subscriptions.reset_passwords(line_ids=[line.line_id], actor=actor, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM subscriptions_linepasswordhash WHERE line_id = %s", [line.line_id])
        (hashed,) = cursor.fetchone()
        cursor.execute("SELECT ciphertext FROM messaging_messagesecret")
        (sealed,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(t::text, '|') FROM security_auditchange t")
        trail = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(t::text, '|') FROM security_auditoperation t")
        trail += cursor.fetchone()[0]
    assert hashed.startswith("argon2")
    assert hashed not in trail
    assert bytes(sealed).hex() not in trail
    assert bytes(sealed).decode() not in trail


def test_only_unattended_work_takes_messages_out(
    line: Connected, actor: Actor, clerk: Actor, at: datetime
) -> None:
    subscriptions.reset_passwords(line_ids=[line.line_id], actor=actor, at=at)
    before = messages_of(line)
    with pytest.raises(Refused) as refused:
        hand_over(kind=MessageKind.SMS, done=None, actor=clerk, at=at)
    assert [refusal.code for refusal in refused.value.refusals] == ["permission.missing"]
    assert messages_of(line) == before


def test_messages_of_other_branches_are_out_of_sight(
    line: Connected, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    subscriptions.reset_passwords(line_ids=[line.line_id], actor=actor, at=at)
    with acting(make_actor(role="clerk", branch="WH")):
        assert find_messages() == ()
    with acting(make_actor(role="clerk", branch="HF")):
        assert len(find_messages()) == 1


def test_a_password_that_does_not_leave_within_ten_minutes_never_does(
    line: Connected, actor: Actor, at: datetime
) -> None:
    subscriptions.reset_passwords(line_ids=[line.line_id], actor=actor, at=at)
    late = at + timedelta(minutes=10)
    assert expire_messages(actor=actor, at=late - timedelta(seconds=1)) == 0
    assert expire_messages(actor=actor, at=late) == 1
    assert [message.state for message in messages_of(line)] == [MessageState.EXPIRED]
    with connection.cursor() as cursor:
        cursor.execute("SELECT ciphertext FROM messaging_messagesecret")
        assert cursor.fetchall() == [(None,)]
    assert send_all(actor, late) == []


def test_a_fixed_line_is_told_its_password_digit_by_digit(world: World, actor: Actor, at: datetime) -> None:
    line = connect(world, actor, at, 1)[0]
    with connection.cursor() as cursor:
        # Members are connected on mobile numbers only; what the number is decides how it is told.
        cursor.execute("SELECT set_config('trunkline.operation', gen_random_uuid()::text, true)")
        cursor.execute("UPDATE numbering_number SET kind = 'fixed' WHERE number = %s", [line.number])
    subscriptions.reset_passwords(line_ids=[line.line_id], actor=actor, at=at)
    (message,) = send_all(actor, at)
    assert message.kind is MessageKind.VOICE
    (digits,) = re.findall(r"(?:[0-9]，){5}[0-9]", message.body)
    assert right(line, digits.replace("，", ""), actor, at)


def test_a_password_is_changed_against_the_old_one(line: Connected, actor: Actor, at: datetime) -> None:
    give(line, GOOD, actor, at)
    assert subscriptions.change_password(line_id=line.line_id, old=GOOD, new=OTHER, actor=actor, at=at) == ()
    assert right(line, OTHER, actor, at)
    assert not right(line, GOOD, actor, at)
    assert {GOOD, OTHER}.isdisjoint(re.split(r"[^0-9]", everything_kept()))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (WRONG, OTHER, "password.wrong"),
        (GOOD, "222222", "password.one_digit"),
        (GOOD, "345678", "password.run"),
        (GOOD, "12345", "password.malformed"),
        (GOOD, "865510", "password.in_number"),
    ],
)
def test_a_refused_change_leaves_the_old_password(
    line: Connected, actor: Actor, at: datetime, old: str, new: str, code: str
) -> None:
    give(line, GOOD, actor, at)
    reasons = subscriptions.change_password(line_id=line.line_id, old=old, new=new, actor=actor, at=at)
    assert [reason.code for reason in reasons] == [code]
    assert not right(line, new, actor, at)
    assert right(line, GOOD, actor, at)


def test_five_wrong_tries_lock_a_password_for_an_hour(line: Connected, actor: Actor, at: datetime) -> None:
    give(line, GOOD, actor, at)
    assert [right(line, WRONG, actor, at) for _ in range(5)] == [False] * 5
    assert not right(line, GOOD, actor, at + timedelta(minutes=59, seconds=59))
    assert right(line, GOOD, actor, at + timedelta(hours=1))


def test_a_right_try_begins_the_count_anew(line: Connected, actor: Actor, at: datetime) -> None:
    give(line, GOOD, actor, at)
    for _ in range(2):
        assert [right(line, WRONG, actor, at) for _ in range(4)] == [False] * 4
        assert right(line, GOOD, actor, at)


def test_a_line_without_a_password_has_no_right_one(line: Connected, actor: Actor, at: datetime) -> None:
    assert not right(line, GOOD, actor, at)


def test_a_password_that_was_handed_in_counts_only_when_it_is_taken_into_use_in_time(
    line: Connected, actor: Actor, at: datetime
) -> None:
    give(line, GOOD, actor, at)
    deposit = subscriptions.deposit_password(line_id=line.line_id, password=OTHER, actor=actor, at=at)
    assert deposited_passwords([deposit]) == {deposit: (line.line_id, at)}
    assert not right(line, OTHER, actor, at)
    before = snapshot()
    with pytest.raises(Refused):
        subscriptions.adopt_passwords(deposits=[deposit], actor=actor, at=at + timedelta(minutes=31))
    assert snapshot() == before
    subscriptions.adopt_passwords(deposits=[deposit], actor=actor, at=at + timedelta(minutes=30))
    assert right(line, OTHER, actor, at)
    with pytest.raises(Refused):
        subscriptions.adopt_passwords(deposits=[deposit], actor=actor, at=at)


def test_a_password_does_not_pass_to_the_new_owner_of_a_line(
    world: World, line: Connected, actor: Actor, at: datetime
) -> None:
    give(line, GOOD, actor, at)
    subscriptions.transfer_lines(
        accounts={line.line_id: line.account_id},
        organization_id=world.organizations["HF"][1],
        users={},
        actor=actor,
        at=at + timedelta(minutes=1),
    )
    assert not right(line, GOOD, actor, at + timedelta(minutes=2))


# Proof of identity.


Prove = Callable[[Connected, bool, Actor, datetime], Identity]


def by_password(line: Connected, holds: bool, actor: Actor, at: datetime) -> Identity:
    return verify_by_password(number=line.number, password=GOOD if holds else WRONG, actor=actor, at=at)


def by_three_checks(line: Connected, holds: bool, actor: Actor, at: datetime) -> Identity:
    name = USER if holds else "程一诺"
    return verify_by_three_checks(
        number=line.number, name=name, id_number=person(line.number).lower(), actor=actor, at=at
    )


def by_card(line: Connected, holds: bool, actor: Actor, at: datetime) -> Identity:
    iccid = lines([line.line_id])[line.line_id].iccid
    return verify_by_card(number=line.number, iccid=iccid if holds else iccid[::-1], actor=actor, at=at)


PROVES = [
    (VerificationKind.SERVICE_PASSWORD, "X-R2", by_password),
    (VerificationKind.THREE_CHECKS, "S24-3", by_three_checks),
    (VerificationKind.USER_CARD, "S30-A1", by_card),
]


@pytest.mark.parametrize(("kind", "clause", "prove"), PROVES)
def test_a_proof_that_holds_is_kept_with_line_customer_and_channel(
    world: World,
    line: Connected,
    actor: Actor,
    clerk: Actor,
    at: datetime,
    kind: VerificationKind,
    clause: str,
    prove: Prove,
) -> None:
    give(line, GOOD, actor, at)
    found = prove(line, True, clerk, at)
    assert found.refusal is None
    assert found.verification_id is not None
    kept = verification(found.verification_id)
    assert kept is not None
    assert (kept.line_id, kept.organization_id, kept.kind, kept.channel, kept.passed, kept.checked_at) == (
        line.line_id,
        world.organizations["HF"][0],
        kind,
        Channel.OWN_HALL,
        True,
        at,
    )


@pytest.mark.parametrize(("kind", "clause", "prove"), PROVES)
def test_a_proof_that_fails_is_kept_and_five_of_them_lock_the_line_for_an_hour(
    line: Connected,
    actor: Actor,
    clerk: Actor,
    at: datetime,
    kind: VerificationKind,
    clause: str,
    prove: Prove,
) -> None:
    give(line, GOOD, actor, at)
    for tries in range(5):
        found = prove(line, False, clerk, at)
        assert found.verification_id is None
        assert found.refusal is not None
        assert (found.refusal.code, found.refusal.clause) == ("identity.not_proved", clause)
        assert failures_since(line.line_id, at - timedelta(hours=1)) == tries + 1
    for _, _, any_means in PROVES:
        locked = any_means(line, True, clerk, at + timedelta(minutes=59))
        assert locked.refusal is not None
        assert (locked.refusal.code, locked.refusal.clause) == ("identity.too_many_failures", "X-R2")
    assert prove(line, True, clerk, at + timedelta(hours=1)).refusal is None


def test_a_failed_proof_does_not_tell_which_fact_was_wrong(
    line: Connected, clerk: Actor, at: datetime
) -> None:
    id_number = person(line.number)
    words = {
        str(verify_by_three_checks(number=n, name=name, id_number=i, actor=clerk, at=at).refusal)
        for n, name, i in (
            (line.number, "程一诺", id_number),
            (line.number, USER, id_number[::-1]),
            ("18600000000", USER, id_number),
        )
    }
    assert len(words) == 1


def test_the_audit_trail_shows_neither_the_password_nor_the_whole_identity_number(
    line: Connected, actor: Actor, clerk: Actor, at: datetime
) -> None:
    by_password(line, True, clerk, at)
    by_three_checks(line, True, clerk, at)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(arguments::text, '|') FROM security_auditoperation WHERE at = %s", [at]
        )
        kept = cursor.fetchone()[0]
    assert GOOD not in re.split(r"[^0-9]", kept)
    found = re.findall(r'"id_number": "([^"]+)"', kept)
    assert found
    assert all("********" in number for number in found)


# In orders.


@pytest.mark.parametrize("channel", [Channel.OWN_HALL, Channel.WEB_HALL, Channel.HOTLINE_10010])
def test_a_password_is_reset_only_on_the_three_checks_whatever_the_channel(
    world: World, line: Connected, actor: Actor, at: datetime, channel: Channel
) -> None:
    here = replace(actor, channel=channel)
    bare = application(world, "service_password_reset", [line])
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=bare, actor=here, at=at)
    assert snapshot() == before
    assert [refusal.code for refusal in refused.value.refusals] == ["order.not_verified"]
    proof = by_three_checks(line, True, here, at).verification_id
    request = application(world, "service_password_reset", [line], verification=proof)
    assert desk.place(request=request, actor=here, at=at).state is OrderState.COMPLETED
    assert len(messages_of(line)) == 1


def test_a_proof_for_one_line_does_not_serve_another(world: World, actor: Actor, at: datetime) -> None:
    first, second = connect(world, actor, at, 2)
    here = replace(actor, channel=Channel.OWN_HALL)
    proof = by_three_checks(first, True, here, at).verification_id
    request = application(world, "service_password_reset", [second], verification=proof)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=request, actor=here, at=at)
    assert snapshot() == before
    assert {refusal.code for refusal in refused.value.refusals} == {"order.not_verified"}


def test_a_proof_that_failed_serves_no_order(
    world: World, line: Connected, actor: Actor, at: datetime
) -> None:
    here = replace(actor, channel=Channel.OWN_HALL)
    failed = record_verification(
        organization_id=world.organizations["HF"][0],
        branch_id=world.branches["HF"],
        line_id=line.line_id,
        kind=VerificationKind.THREE_CHECKS,
        passed=False,
        actor=here,
        at=at,
    )
    request = application(world, "service_password_reset", [line], verification=failed)
    with pytest.raises(Refused):
        desk.place(request=request, actor=here, at=at)
    assert messages_of(line) == ()


def test_no_order_holds_the_new_password(world: World, line: Connected, actor: Actor, at: datetime) -> None:
    here = replace(actor, channel=Channel.OWN_HALL)
    give(line, GOOD, actor, at)
    proof = by_password(line, True, here, at).verification_id
    deposit = subscriptions.deposit_password(line_id=line.line_id, password=OTHER, actor=actor, at=at)
    request = application(
        world,
        "service_password_change",
        [line],
        values={line.line_id: {"new_password": str(deposit)}},
        verification=proof,
    )
    assert desk.place(request=request, actor=here, at=at).state is OrderState.COMPLETED
    assert OTHER not in re.split(r"[^0-9]", everything_kept())
    assert right(line, OTHER, actor, at)
