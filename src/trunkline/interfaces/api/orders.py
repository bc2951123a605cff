"""Orders: place, try, look up, steer, print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from trunkline.counter import desk
from trunkline.counter.choosing import NO_SUCH_NUMBER
from trunkline.interfaces.api.answers import (
    NewVerification,
    Order,
    OrderLines,
    Verification,
    dry_run_answer,
    order_answer,
    order_line_answer,
)
from trunkline.interfaces.api.applications import (
    LONGEST_NUMBER,
    application,
    organization_id,
)
from trunkline.interfaces.api.bodies import json_body, require_no_body
from trunkline.interfaces.api.entry import LIMIT, OFFSET, ApiRequest, Declared, answer, endpoint, flag, there
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.ordering.queries import line_counts, order_by_number, order_items
from trunkline.ordering.types import OrderView, VerificationKind
from trunkline.ordering.verification import record_verification
from trunkline.party.queries import organization
from trunkline.subscriptions.queries import line_by_number

PDF = "application/pdf"


def _shown(view: OrderView, *, status: int = 200) -> HttpResponse:
    location = reverse("api:order", args=[view.number]) if status == 201 else ""
    return answer(order_answer(view, line_counts(view.id)), status=status, location=location)


def _order(number: str) -> OrderView:
    return there(order_by_number(number), number)


@endpoint(
    Declared(
        "order.place",
        "POST",
        Text("受理一项业务；dry_run=true 只试算", "Apply for a service item; with dry_run=true only try"),
        answers=Order,
        query=(flag("dry_run", Text("只试算，不受理", "Only say what would happen")),),
        body="order",
        status=201,
    )
)
def place(request: ApiRequest) -> HttpResponse:
    """Refused with every reason and its clause; a dry run answers 200 with them and changes nothing."""
    asked = application(request)
    if request.query["dry_run"]:
        judged = desk.dry_run(asked, actor=request.actor, at=request.at)
        return answer(dry_run_answer(judged, asked))
    return _shown(desk.place(request=asked, actor=request.actor, at=request.at), status=201)


@endpoint(
    Declared("order.view", "GET", Text("查询一张订单", "An order with its state and counts"), answers=Order)
)
def order(request: ApiRequest, number: str) -> HttpResponse:
    """S11-E1."""
    return _shown(_order(number))


@endpoint(
    Declared(
        "order.view",
        "GET",
        Text("订单的各号码", "The lines of an order with what changes and why they were handed back"),
        answers=OrderLines,
        query=(OFFSET, LIMIT),
    )
)
def order_lines(request: ApiRequest, number: str) -> HttpResponse:
    """A stretch of them, in their order."""
    found = _order(number)
    offset, limit = request.query["offset"], request.query["limit"]
    lines = order_items(found.id, limit=limit, offset=offset)
    return answer(OrderLines(found.number, found.item_count, offset, tuple(map(order_line_answer, lines))))


@endpoint(Declared("order.view", "GET", Text("业务受理单", "The acceptance slip"), answers=PDF))
def slip(request: ApiRequest, number: str) -> HttpResponse:
    """业务受理单 (X-R1)."""
    found = _order(number)
    response = HttpResponse(desk.slip(found.id, request.at), content_type=PDF)
    response["Content-Disposition"] = f'inline; filename="slip-{found.number}.pdf"'
    return response


def _steering(verb: Callable[..., OrderView], name: str, summary: Text) -> Callable[..., HttpResponse]:
    @endpoint(Declared(f"order.{name}", "POST", summary, answers=Order))
    def steer(request: ApiRequest, number: str) -> HttpResponse:
        require_no_body(request)
        return _shown(verb(order_id=_order(number).id, actor=request.actor, at=request.at))

    steer.__name__ = name
    return steer


#: What can be done to an order, by the last part of its address.
VERBS: dict[str, Callable[..., HttpResponse]] = {
    name: _steering(verb, name, summary)
    for name, verb, summary in (
        ("stop", desk.stop, Text("挂起", "Hold an order before its next portion")),
        ("resume", desk.resume, Text("继续办理", "Go on with an order that was held")),
        ("retry", desk.retry, Text("重新办理", "Try a failed order again")),
        ("cancel", desk.cancel, Text("撤单", "Withdraw what has not been carried out")),
        ("release", desk.release, Text("立即执行预约订单", "Carry a booked order out now")),
    )
}


@endpoint(
    Declared(
        "verification.record",
        "POST",
        Text("登记一次客户身份核验", "Record that a customer's identity was checked"),
        answers=Verification,
        body=NewVerification,
        status=201,
    )
)
def verify(request: ApiRequest) -> HttpResponse:
    """Channels that see no papers name the check in the order instead (X-R2)."""
    reader = json_body(request)
    named = reader.id_or_code("organization")
    kind = reader.choice("kind", VerificationKind, required=True)
    passed = reader.flag("passed", required=True)
    number = reader.text("number", longest=LONGEST_NUMBER)
    reader.rest()
    reader.finish()
    owner = organization(organization_id(named))
    line = line_by_number(number) if number is not None else None
    if number is not None and (line is None or line.organization_id != owner.id):
        raise Refused(NO_SUCH_NUMBER.about(number))
    arguments: dict[str, Any] = {"kind": kind, "passed": passed, "line_id": line.id if line else None}
    made = record_verification(
        organization_id=owner.id, branch_id=owner.branch_id, **arguments, actor=request.actor, at=request.at
    )
    return answer(Verification(made), status=201)
