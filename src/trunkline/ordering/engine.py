"""The engine of service items: judge, place, carry out. One line or 50,000 take the same road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from trunkline.catalog.queries import fee
from trunkline.kernel.bulk import insert_rows, update_rows
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, PlannedLine, ServiceItem, TakesEffect
from trunkline.ordering.models import Order, OrderFee, OrderItem, OrderPaper
from trunkline.ordering.rules import channel_refusals, paper_refusals
from trunkline.ordering.types import (
    ORDER_LIFE,
    FeeLine,
    OrderEvent,
    OrderRequest,
    OrderState,
    PaperKind,
    ShownPaper,
)
from trunkline.party import queries as party
from trunkline.security.queries import branches
from trunkline.security.types import Actor, Channel

FOREIGN_HANDLER = Refusal(
    "order.foreign_handler",
    "X-A1",
    Text("经办人不属于该集团客户", "The handler does not belong to the organisation"),
)
NO_LINES = Refusal("order.no_lines", "", Text("没有可办理的号码", "There is no line to work on"))
KEY_REUSED = Refusal(
    "order.key_reused",
    "",
    Text("该幂等键已用于另一张不同的订单", "The idempotency key was used for a different order"),
)
LINES_CHANGED = Refusal(
    "order.lines_changed",
    "",
    Text(
        "受理后可办理的号码已变化，请重新受理",
        "What may be connected has changed since the order was placed; place it again",
    ),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What would happen: every reason against, the lines, the fees, the notices the slip must print."""

    refusals: tuple[Refusal, ...]
    lines: tuple[PlannedLine, ...]
    fees: tuple[FeeLine, ...]
    notices: tuple[Text, ...]


def circumstances(
    request: OrderRequest, channel: Channel, at: datetime, keys: tuple[int, ...] = ()
) -> Circumstances:
    """Load what every item needs; `Refused` when the organisation or the handler is unknown or do not match."""
    organization = party.organization(request.organization_id)
    handler = party.handler(request.handler_id)
    if handler.organization_id != organization.id:
        raise Refused(FOREIGN_HANDLER)
    branch = next(b for b in branches() if b.id == organization.branch_id)
    return Circumstances(request, organization, handler, branch, channel, at, keys)


def judge(item: ServiceItem[Any], around: Circumstances) -> tuple[Judgement, Any]:
    """Judge a request by channel, papers and guards on facts as they are now; returns the facts too."""
    refusals = [
        *channel_refusals(item.clause, item.channels, around.channel),
        *paper_refusals(item.papers, around.request.papers),
    ]
    facts = item.load(around)
    for guard in item.guards:
        refusals += guard.check(around, facts)
    lines = tuple(item.plan(around, facts))
    if not lines and not refusals:
        refusals.append(NO_LINES)
    price = fee(item.fee, local_date(around.at))
    fees = (FeeLine(price.id, price.title, price.amount * len(lines), price.reference),)
    return Judgement(tuple(refusals), lines, fees, item.notices), facts


def _same_request(order: Order, request: OrderRequest) -> bool:
    return (order.item_code, order.organization_id, order.agreement_id, order.details) == (
        request.item_code,
        request.organization_id,
        request.agreement_id,
        request.details,
    )


def placed_before(branch_id: int, request: OrderRequest) -> int | None:
    """The order that this idempotency key gave already; `Refused` when the key was used for something else."""
    if not request.idempotency_key:
        return None
    with connection.cursor() as cursor:
        # Two requests with one key at once: the second waits here and then finds the first one's order.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{branch_id}:{request.idempotency_key}"],
        )
    order = Order.objects.filter(branch_id=branch_id, idempotency_key=request.idempotency_key).first()
    if order is None:
        return None
    if not _same_request(order, request):
        raise Refused(KEY_REUSED)
    return order.pk


def record_order(item: ServiceItem[Any], around: Circumstances, judged: Judgement, actor: Actor) -> int:
    """Write the order with its lines, papers and fees, acknowledged; returns its id."""
    request, branch_id = around.request, around.organization.branch_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('ordering_order', 'id'))")
        row = cursor.fetchone()
    order_id = int(row[0])
    due = around.at + timedelta(hours=24) if item.takes_effect is TakesEffect.WITHIN_24_HOURS else around.at
    order = Order.objects.create(
        pk=order_id,
        branch_id=branch_id,
        number=f"{around.branch.code}{local_date(around.at):%Y%m%d}{order_id:08d}",
        item_code=item.code,
        channel=around.channel,
        organization_id=around.organization.id,
        agreement_id=request.agreement_id,
        handler_id=around.handler.id,
        handler_details=asdict(around.handler),
        details=request.details,
        state=OrderState.ACKNOWLEDGED,
        idempotency_key=request.idempotency_key or None,
        placed_by_id=actor.staff_id,
        placed_at=around.at,
        due_at=due,
        item_count=len(judged.lines),
        fee_total=sum(line.amount for line in judged.fees),
    )
    OrderPaper.objects.bulk_create(
        OrderPaper(order=order, branch_id=branch_id, **asdict(paper)) for paper in request.papers
    )
    OrderFee.objects.bulk_create(
        OrderFee(
            order=order,
            branch_id=branch_id,
            fee_id=line.fee_id,
            title=line.title,
            amount=line.amount,
            reference=line.reference,
        )
        for line in judged.fees
    )
    _record_lines(order_id, branch_id, judged.lines)
    return order_id


def _record_lines(order_id: int, branch_id: int, lines: Sequence[PlannedLine]) -> None:
    insert_rows(
        OrderItem._meta.db_table,
        (
            "order_id",
            "branch_id",
            "ordinal",
            "key",
            "action",
            "number",
            "user_name",
            "plan_name",
            "first_month_mode",
            "state",
        ),
        (
            (
                order_id,
                branch_id,
                ordinal,
                line.key,
                line.action,
                line.number,
                line.user_name,
                line.plan_name,
                line.first_month_mode,
                OrderState.ACKNOWLEDGED,
            )
            for ordinal, line in enumerate(lines, 1)
        ),
    )


def request_of(order: Order) -> OrderRequest:
    """The request an order was placed with, so that it can be judged again when it is carried out."""
    papers = tuple(
        ShownPaper(PaperKind(p.kind), p.reference, p.original_seen, p.sealed, p.copy_kept)
        for p in OrderPaper.objects.filter(order=order).order_by("id")
    )
    return OrderRequest(
        item_code=order.item_code,
        organization_id=order.organization_id,
        handler_id=order.handler_id,
        papers=papers,
        details=order.details,
        agreement_id=order.agreement_id,
        idempotency_key=order.idempotency_key or "",
    )


def locked_order(order_id: int) -> Order | None:
    """The order under a row lock when it still waits to be carried out, else None: doing it again does nothing."""
    return (
        Order.objects.select_for_update()
        .filter(pk=order_id, state__in=ORDER_LIFE.sources(OrderEvent.COMPLETE))
        .first()
    )


def carry_out(item: ServiceItem[Any], order: Order, actor: Actor, at: datetime) -> None:
    """Judge again on what is true now, write the effects, complete the order. `Refused` changes nothing."""
    rows = list(OrderItem.objects.filter(order=order).order_by("ordinal").values_list("id", "key"))
    around = circumstances(request_of(order), Channel(order.channel), at, tuple(key for _, key in rows))
    judged, facts = judge(item, around)
    raise_if_any(judged.refusals)
    if [line.key for line in judged.lines] != [key for _, key in rows]:
        raise Refused(LINES_CHANGED)
    line_ids = item.effects(around, facts, actor)
    update_rows(
        OrderItem._meta.db_table,
        "id",
        ("line_id", "state"),
        ((item_id, line, OrderState.COMPLETED) for (item_id, _), line in zip(rows, line_ids, strict=True)),
    )
    order.state = ORDER_LIFE.target(OrderEvent.COMPLETE)
    order.completed_at = at
    order.save(update_fields=["state", "completed_at"])


def mark_failed(order: Order, refusals: Sequence[Refusal]) -> None:
    """Keep why an order could not be carried out."""
    order.state = ORDER_LIFE.target(OrderEvent.FAIL)
    order.failure = [
        {"code": r.code, "clause": r.clause, "zh": r.text.zh, "en": r.text.en, "subject": r.subject}
        for r in refusals
    ]
    order.save(update_fields=["state", "failure"])
