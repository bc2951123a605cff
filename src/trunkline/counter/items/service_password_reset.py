"""二十四、密码获取 (S24): the line gets a random service password, which is sent to the line itself and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import no_arrears, not_blacklisted
from trunkline.counter.lines import ids_of, line_item
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, InitialPrice, Record, TakesEffect
from trunkline.ordering.types import Change, ItemAction, VerificationKind
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.operations import reset_passwords


def _changes(_: Circumstances, __: LinesFacts, ___: LineFacts) -> Iterable[Change]:
    return (Change(Text("服务密码", "Service password"), "", "已重置，发送至本机"),)


def _reset(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    reset_passwords(line_ids=ids_of(chosen), actor=actor, at=around.at)


ITEM = line_item(
    code="service_password_reset",
    title=Text("服务密码获取", "Service password sent anew"),
    clause="S24",
    channels=frozenset({Channel.OWN_HALL, Channel.ACCOUNT_MANAGER, Channel.WEB_HALL, Channel.HOTLINE_10010}),
    #: S24-2 names the account manager's help; the list of channels does not (domain 1.0).
    inferred_channels=frozenset({Channel.ACCOUNT_MANAGER}),
    papers=(),
    needs_handler=False,
    #: S24-3: whoever takes the application checks number, name and ID number, in halls as on the telephone.
    verifications=frozenset({VerificationKind.THREE_CHECKS}),
    verified_everywhere=True,
    line_guards=(no_arrears("S24-G1"), not_blacklisted("S24-G1")),
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_reset,
    fee="service_password_reset",
    prices=(
        InitialPrice(
            "service_password_reset",
            Text("密码管理（免费）", "Service password, free"),
            Decimal("0.00"),
            "标准 二十四（三）",
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=frozenset({Record.SERVICE_RECORD}),
    notices=(
        Text(
            "服务密码以短信或语音播报的保密方式发送到本机，工作人员不掌握。",
            "The password is sent to the line itself, by message or voice; staff do not learn it.",
        ),
    ),
)
