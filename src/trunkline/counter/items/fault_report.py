"""二十五、障碍申告 (S25): a ticket for each line, whose clock starts with the report.

The text asks for no papers and no proof of identity, and a fault must be reportable at once, in arrears or not; the
answer reveals nothing but the ticket's number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trunkline.care.rules.opening import FAULT_CHANNELS
from trunkline.care.types import (
    AREA_NAMES,
    PRODUCT_NAMES,
    SUPPORT_GRADE_NAMES,
    Area,
    Product,
    SupportGrade,
    TicketKind,
    TicketRequest,
)
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.tickets import (
    CONTACT,
    DESCRIPTION,
    free,
    named,
    opened,
    ticket_numbers,
    well_recorded,
)
from trunkline.kernel.periods import instant_of
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, Origin, Record, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor

_NEEDED = ("product", "symptom", "contact_name", "contact_phone")
BEGAN_MALFORMED = Refusal(
    "fault.began_malformed",
    "S25-2",
    Text(
        "障碍发生时间请写成“2026-10-12 09:30”",
        "Write when the fault began as “2026-10-12 09:30”",
    ),
)


def _began_is_a_time(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    text = around.request.details.get("began_at")
    if text:
        try:
            instant_of(text)
        except ValueError:
            return (BEGAN_MALFORMED,)
    return ()


def _asks(around: Circumstances, line_id: int | None) -> TicketRequest | None:
    said = around.request.details
    if any(name not in said for name in _NEEDED) or tuple(_began_is_a_time(around, LinesFacts((), ()))):
        return None
    return TicketRequest(
        kind=TicketKind.FAULT,
        organization_id=around.organization.id,
        reporter_name=said["contact_name"],
        reporter_phone=said["contact_phone"],
        subject=said["symptom"],
        description=said.get("description", said["symptom"]),
        area=Area(said.get("area", Area.URBAN)),
        product=Product(said["product"]),
        line_id=line_id,
        circuit=said.get("circuit", ""),
        grade=SupportGrade(said["grade"]) if "grade" in said else None,
        began_at=instant_of(said["began_at"]) if "began_at" in said else None,
    )


def _changes(around: Circumstances, _: LinesFacts, __: LineFacts) -> Iterable[Change]:
    return (Change(Text("障碍现象", "Symptom"), "", around.request.details.get("symptom", "")),)


def _open(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    asked = [_asks(around, line_id) for line_id in ids_of(chosen)]
    opened(around, [request for request in asked if request is not None], actor)


ITEM = line_item(
    code="fault_report",
    title=Text("障碍申告", "Fault report"),
    clause="S25",
    channels=FAULT_CHANNELS,
    papers=(),
    needs_handler=False,
    verifications=frozenset(),
    fields=(
        Field("product", Text("障碍业务", "Service"), FieldKind.CHOICE, named(PRODUCT_NAMES), clause="S25-2"),
        Field("symptom", Text("障碍现象", "Symptom"), clause="S25-1"),
        DESCRIPTION,
        Field(
            "began_at",
            Text("障碍发生时间", "When it began"),
            required=False,
            clause="S25-2",
            help=Text("如 2026-10-12 09:30；时限自申告时起算", "As 2026-10-12 09:30; the clock starts now"),
        ),
        *CONTACT,
        Field(
            "area",
            Text("地区（默认城镇）", "Area (urban unless said)"),
            FieldKind.CHOICE,
            named(AREA_NAMES),
            required=False,
            clause="REG-04",
        ),
        Field("circuit", Text("电路代号", "Circuit code"), required=False, clause="S25-1"),
        Field(
            "grade",
            Text("电路等级", "The circuit's grade"),
            FieldKind.CHOICE,
            named(SUPPORT_GRADE_NAMES),
            required=False,
            clause="P4-51",
        ),
    ),
    guards=(
        Guard("began_is_a_time", "S25-2", BEGAN_MALFORMED.text, _began_is_a_time),
        well_recorded(_asks, lambda facts: (one.line for one in facts.lines), Origin.SOURCE),
    ),
    action=ItemAction.NO_CHANGE,
    changes=_changes,
    effects=_open,
    outcomes=lambda around, chosen: ticket_numbers(around, ids_of(chosen)),
    fee="fault_report",
    prices=free("fault_report", Text("障碍申告（免费）", "Fault report, free"), "标准 二十五"),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=frozenset({Record.SERVICE_RECORD}),
)
