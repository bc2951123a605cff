"""二十四、密码修改 (S24): against the old service password; the new one was handed in beforehand and is in no order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import no_arrears, not_blacklisted
from trunkline.counter.lines import line_item
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, InitialPrice, LineGuard, Record, TakesEffect
from trunkline.ordering.types import Change, ItemAction, VerificationKind
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.operations import adopt_passwords
from trunkline.subscriptions.queries import deposited_passwords
from trunkline.subscriptions.rules import DEPOSIT_HOLDS, NO_DEPOSIT

Deposits = Mapping[int, tuple[int, datetime]]


def _deposit(chosen: LineFacts) -> int:
    return int(chosen.values.get("new_password", 0))


def _deposits(_: Circumstances, chosen: Sequence[LineFacts]) -> Deposits:
    return deposited_passwords([_deposit(one) for one in chosen])


def _deposited(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    line, made_at = facts.more.get(_deposit(chosen), (0, around.at))
    if line == chosen.line.id and around.at - made_at <= DEPOSIT_HOLDS:
        return ()
    return (NO_DEPOSIT.about(chosen.line.number),)


def _changes(_: Circumstances, __: LinesFacts, ___: LineFacts) -> Iterable[Change]:
    return (Change(Text("服务密码", "Service password"), "", "已修改"),)


def _change(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    adopt_passwords(deposits=[_deposit(one) for one in chosen], actor=actor, at=around.at)


ITEM = line_item(
    code="service_password_change",
    title=Text("服务密码修改", "Change of service password"),
    clause="S24",
    place=2,
    channels=frozenset({Channel.OWN_HALL, Channel.WEB_HALL, Channel.HOTLINE_10010}),
    papers=(),
    needs_handler=False,
    verifications=frozenset({VerificationKind.SERVICE_PASSWORD}),
    verified_everywhere=True,
    line_fields=(
        Field(
            "new_password",
            Text("新密码登记编号", "Id of the new password handed in"),
            FieldKind.INTEGER,
            clause="S24",
        ),
    ),
    line_guards=(
        no_arrears("S24-G1"),
        not_blacklisted("S24-G1"),
        LineGuard("new_password_handed_in", "S24", NO_DEPOSIT.text, _deposited),
    ),
    more=_deposits,
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_change,
    fee="service_password_change",
    prices=(
        InitialPrice(
            "service_password_change",
            Text("密码管理（免费）", "Service password, free"),
            Decimal("0.00"),
            "标准 二十四（三）",
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=frozenset({Record.SERVICE_RECORD}),
)
