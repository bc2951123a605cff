"""携出 (REG-17): another operator asks with the code that the line was sent; the line ends, the number is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.leaving import end_lines, refund_arranged, refund_method
from trunkline.counter.lines import line_item
from trunkline.counter.porting import CLAUSE, CONDITIONS, load_wait
from trunkline.kernel.text import Text
from trunkline.numbering.porting import port_out_numbers
from trunkline.numbering.types import OPERATOR_NAMES
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, InitialPrice, Origin, Record, TakesEffect
from trunkline.ordering.types import Change, ItemAction, VerificationKind
from trunkline.security.types import Actor, Channel


def _changes(around: Circumstances, _: LinesFacts, __: LineFacts) -> Iterable[Change]:
    to = around.request.details.get("recipient", "")
    names = {str(code): name.zh for code, name in OPERATOR_NAMES.items()}
    return (Change(Text("号码", "Number"), "在用", f"携出至{names.get(to, '')}"),)


def _port_out(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    to = around.request.details.get("recipient", "")
    end_lines(around, chosen, actor, source="port_out", reason=to)
    port_out_numbers(numbers=[one.line.number for one in chosen], actor=actor, at=around.at)


ITEM = line_item(
    code="port_out",
    title=Text("携出", "Porting out"),
    clause=CLAUSE,
    place=2,
    origin=Origin.INFERRED,
    channels=frozenset({Channel.OWN_HALL, Channel.BACK_OFFICE}),
    papers=(),
    needs_handler=False,
    verifications=frozenset({VerificationKind.PORT_CODE}),
    verified_everywhere=True,
    fields=(
        Field(
            "recipient",
            Text("携入企业", "New operator"),
            FieldKind.CHOICE,
            tuple((str(code), name) for code, name in OPERATOR_NAMES.items()),
            clause=CLAUSE,
        ),
        refund_method(CLAUSE),
    ),
    line_guards=(*CONDITIONS, refund_arranged(CLAUSE)),
    more=load_wait,
    action=ItemAction.DELETE,
    changes=_changes,
    effects=_port_out,
    fee="port_out",
    prices=(
        InitialPrice(
            "port_out", Text("携出（免费）", "Porting out, free"), Decimal("0.00"), "携号转网服务管理规定"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=frozenset({Record.SERVICE_RECORD}),
)
