"""Service passwords (S24, X-R2). Only the hash of a password is kept; its digits go to the line itself."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth import hashers

from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.messaging.operations import post_line_messages
from trunkline.messaging.types import LinePost, MessageKind, Purpose
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import NumberKind
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.models import LinePassword, LinePasswordHash
from trunkline.subscriptions.operations.stopping import require_live
from trunkline.subscriptions.queries import deposited_passwords, lines
from trunkline.subscriptions.rules import (
    DEPOSIT_HOLDS,
    LOCKED_FOR,
    MOST_WRONG_TRIES,
    NO_DEPOSIT,
    PASSWORD_MESSAGE_HOLDS,
    PASSWORD_WRONG,
    password_refusals,
)
from trunkline.subscriptions.types import LineView

#: The source under which reset passwords are posted; the id is that of the hash.
_SOURCE = "line.reset_password"
_WRITTEN = "您的服务密码是{password}，请勿告诉他人。"
_SPOKEN = "您的服务密码是：{password}。请勿告诉他人。"


def _password_for(number: str) -> str:
    """Six random digits that are not too simple for the number."""
    while True:
        password = f"{secrets.randbelow(1_000_000):06d}"
        if not password_refusals(password, number):
            return password


def _message(
    line: LineView, password: str, *, mobile: bool, deposit: LinePasswordHash, at: datetime
) -> LinePost:
    """The message to the line itself: written to a mobile, spoken to any other, digit by digit (S24-4)."""
    words = _WRITTEN.format(password=password) if mobile else _SPOKEN.format(password="，".join(password))
    return LinePost(
        line_id=line.id,
        branch_id=line.branch_id,
        number=line.number,
        kind=MessageKind.SMS if mobile else MessageKind.VOICE,
        body=words,
        source_id=str(deposit.pk),
        secret=True,
        expires_at=at + PASSWORD_MESSAGE_HOLDS,
    )


def _put_in_force(kept: Sequence[LinePasswordHash], at: datetime) -> None:
    """Let these hashes be the passwords of their lines: wrong tries and the lock begin anew."""
    LinePassword.objects.bulk_create(
        (LinePassword(line_id=one.line_id, branch_id=one.branch_id, current=one, set_at=at) for one in kept),
        update_conflicts=True,
        unique_fields=["line"],
        update_fields=["current", "set_at", "wrong_tries", "locked_until"],
    )


def _hashed(line: LineView, password: str, at: datetime) -> LinePasswordHash:
    return LinePasswordHash(
        line_id=line.id, branch_id=line.branch_id, hash=hashers.make_password(password), made_at=at
    )


def compare_nothing(password: str) -> None:
    """Take as long as comparing a password does, so that the time an answer takes does not say there is none."""
    hashers.make_password(password)


@operation("line.reset_password")
def reset_passwords(*, line_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """Give lines random service passwords and send each to the line itself; nobody else learns it (S24-4).

    `Refused` when a line is not in use.
    """
    require_live(line_ids)
    found = lines(line_ids)
    wanted = [found[id_] for id_ in line_ids]
    passwords = [_password_for(line.number) for line in wanted]
    kept = LinePasswordHash.objects.bulk_create(
        _hashed(line, password, at) for line, password in zip(wanted, passwords, strict=True)
    )
    _put_in_force(kept, at)
    known = numbers([line.number for line in wanted])
    post_line_messages(
        purpose=Purpose.SERVICE_PASSWORD,
        source=_SOURCE,
        messages=[
            _message(
                line,
                password,
                mobile=known[line.number].kind is NumberKind.MOBILE,
                deposit=deposit,
                at=at,
            )
            for line, password, deposit in zip(wanted, passwords, kept, strict=True)
        ],
        actor=actor,
        at=at,
    )


@operation("line.deposit_password")
def deposit_password(*, line_id: int, password: str, actor: Actor, at: datetime) -> int:
    """Take a new password in, hashed, and return the id by which an order takes it into use (S24).

    So no order ever holds a password. `Refused` when it is too simple or the line is not in use.
    """
    require_live([line_id])
    line = lines([line_id])[line_id]
    raise_if_any(password_refusals(password, line.number))
    kept = _hashed(line, password, at)
    kept.save(force_insert=True)
    return kept.pk


@operation("line.adopt_password")
def adopt_passwords(*, deposits: Sequence[int], actor: Actor, at: datetime) -> None:
    """Take passwords that were handed in into use; `Refused` (``password.no_deposit``) when one is not there or old."""
    known = deposited_passwords(deposits)
    missing = [one for one in deposits if one not in known or at - known[one][1] > DEPOSIT_HOLDS]
    raise_if_any(NO_DEPOSIT.about(str(one)) for one in missing)
    require_live([line for line, _ in known.values()])
    _put_in_force(tuple(LinePasswordHash.objects.filter(pk__in=known)), at)


@operation("line.check_password")
def check_password(*, line_id: int, password: str, actor: Actor, at: datetime) -> bool:
    """Whether this is the line's service password (X-R2).

    Five wrong tries one after the other lock it for an hour, in which nothing is right. The try is recorded with
    the transaction: a caller must not let a refusal roll it back.
    """
    held = LinePassword.objects.select_for_update().filter(line_id=line_id).first()
    if held is None or held.current_id is None or (held.locked_until is not None and at < held.locked_until):
        compare_nothing(password)
        return False
    kept = LinePasswordHash.objects.get(pk=held.current_id).hash
    right = hashers.check_password(password, kept)
    wrong = 0 if right else held.wrong_tries + 1
    locks = wrong >= MOST_WRONG_TRIES
    if wrong or held.wrong_tries or held.locked_until:
        held.wrong_tries = 0 if locks else wrong
        held.locked_until = at + LOCKED_FOR if locks else None
        held.save(update_fields=["wrong_tries", "locked_until"])
    return right


@operation("line.change_password", kept={"old": lambda _: None, "new": lambda _: None})
def change_password(*, line_id: int, old: str, new: str, actor: Actor, at: datetime) -> tuple[Refusal, ...]:
    """Change a service password against the old one (S24); returns why not, nothing when it was changed.

    The reasons are returned, not raised, so that a wrong try stays recorded.
    """
    require_live([line_id])
    line = lines([line_id])[line_id]
    if weak := password_refusals(new, line.number):
        return weak
    if not check_password(line_id=line_id, password=old, actor=actor, at=at):
        return (PASSWORD_WRONG,)
    kept = _hashed(line, new, at)
    kept.save(force_insert=True)
    _put_in_force([kept], at)
    return ()
