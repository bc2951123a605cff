"""携号转网授权 (REG-17): the conditions are looked at, and the line itself is sent the code it may leave with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.counter.porting import CLAUSE, CONDITIONS, load_wait
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, InitialPrice, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import send_port_codes


def _changes(_: Circumstances, __: LinesFacts, ___: LineFacts) -> Iterable[Change]:
    return (Change(Text("携号转网授权码", "Authorisation code for porting"), "", "发送至本机"),)


def _send(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    send_port_codes(line_ids=ids_of(chosen), actor=actor, at=around.at)


ITEM = line_item(
    code="port_out_code",
    title=Text("携号转网授权", "Authorisation for porting"),
    clause=CLAUSE,
    origin=Origin.INFERRED,
    channels=THREE_CHANNELS | ELECTRONIC,
    papers=handler_papers(CLAUSE),
    line_guards=CONDITIONS,
    more=load_wait,
    action=ItemAction.NO_CHANGE,
    changes=_changes,
    effects=_send,
    fee="port_out_code",
    prices=(
        InitialPrice(
            "port_out_code",
            Text("携号转网授权（免费）", "Authorisation for porting, free"),
            Decimal("0.00"),
            "携号转网服务管理规定",
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
    notices=(
        Text(
            "授权码以短信发送到本机，工作人员不掌握；在有效时间内到携入企业办理，逾期须重新申请。",
            "The code is sent to the line itself, staff do not learn it; it is shown to the new operator in time.",
        ),
    ),
)
