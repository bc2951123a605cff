"""Cases of the items that open tickets: faults, complaints, enquiries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.lines import connect
from tests.service_items import Cases
from tests.service_items.scene import Scene, apply_for
from tests.service_items.states import asks, both, owes
from trunkline.care.queries import find_tickets, timeline
from trunkline.care.types import Desk, Matter, Product, TicketFilter, TicketKind, TicketState, TicketView
from trunkline.kernel.periods import SHANGHAI
from trunkline.ordering.queries import order_items, orders_of_organization
from trunkline.ordering.types import OrderRequest
from trunkline.subscriptions.types import LineView

CASES = Cases()
shows = CASES.shows

CONTACT = {"contact_name": "冯立群", "contact_phone": "13855100001"}
FAULT = {"product": "mobile", "symptom": "不能呼出", "began_at": "2026-12-12 08:30", **CONTACT}
COMPLAINT = {
    "matter": "sp",
    "matter_reference": "家校通服务商",
    "subject": "收到未订购的短信",
    "wanted": "停发并退费",
    **CONTACT,
}
ENQUIRY = {"question": "国际漫游如何开通", "answer": "可在自有营业厅由经办人办理", **CONTACT}


def without_lines(item_code: str) -> None:
    """The application names no line."""

    def application(scene: Scene) -> OrderRequest:
        scene.lines = [line for line in scene.lines if line.line_id in scene.values]
        return apply_for(scene, item_code)

    CASES.applied[item_code] = application


for _code in ("complaint", "enquiry"):
    without_lines(_code)


def chosen(count: int) -> Callable[[Scene], None]:
    def prepare(scene: Scene) -> None:
        scene.values.update({line.line_id: {} for line in scene.lines[:count]})

    return prepare


def of_another(scene: Scene) -> None:
    (other,) = connect(scene.world, scene.actor, scene.before(), 1, branch="WH")
    scene.lines, scene.values = [other], {other.line_id: {}}


CASES.ready.update(
    {
        # A fault is reported in arrears, too (S25 asks for nothing).
        "fault_report": both(owes, asks(**FAULT)),
        "complaint": asks(**COMPLAINT),
        "enquiry": asks(**ENQUIRY),
    }
)


def tickets(scene: Scene) -> dict[int | None, TicketView]:
    """The tickets of the one order, as it names them, by their line."""
    (order, *_) = orders_of_organization(scene.bank)
    found = find_tickets(TicketFilter(order_id=order.id), at=scene.at)
    named = [item.changes[-1].after for item in order_items(order.id)]
    assert sorted(named) == sorted(ticket.number for ticket in found)
    assert {(t.opened_at, t.first_contact_id) for t in found} == {(order.placed_at, order.placed_by_id)}
    return {ticket.line_id: ticket for ticket in found}


@shows("fault_report")
def _(scene: Scene, after: list[LineView]) -> None:
    found = tickets(scene)
    assert found.keys() == {line.id for line in after}
    one = found[scene.one.line_id]
    assert (one.kind, one.product, one.state) == (
        TicketKind.FAULT,
        Product.MOBILE,
        TicketState.ACKNOWLEDGED,
    )
    assert one.due_at == scene.at + timedelta(hours=48)
    assert one.began_at is not None
    assert f"{one.began_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == FAULT["began_at"]


@shows("complaint")
def _(scene: Scene, after: list[LineView]) -> None:
    complaint = tickets(scene)[None]
    assert (complaint.matter, complaint.matter_reference) == (Matter.SP, "家校通服务商")
    assert complaint.wanted == "停发并退费"
    assert complaint.due_at == scene.at + timedelta(days=15)


@shows("enquiry")
def _(scene: Scene, after: list[LineView]) -> None:
    enquiry = tickets(scene)[None]
    assert (enquiry.state, enquiry.resolution) == (TicketState.CLOSED, ENQUIRY["answer"])
    assert enquiry.first_responded_at == scene.at
    assert [entry.what for entry in timeline(enquiry.id)] == ["open", "take", "resolve", "feedback", "close"]


CASES.refused.update(
    {
        ("fault_report", "began_is_a_time"): asks(began_at="昨天早上"),
        ("fault_report", "well_recorded"): asks(began_at="2026-12-13 09:00", contact_phone="问前台"),
        ("complaint", "line_known"): of_another,
        ("complaint", "one_line"): chosen(2),
        ("complaint", "bill_is_theirs"): asks(matter="bill", matter_reference="B202601-00000099"),
        ("complaint", "well_recorded"): asks(contact_phone="问前台"),
        ("enquiry", "line_known"): of_another,
        ("enquiry", "one_line"): chosen(2),
        ("enquiry", "answered_or_handed_over"): asks(desk=Desk.BILLING.value),
        ("enquiry", "well_recorded"): asks(question="长" * 81),
    }
)
