"""Writing an order down: the order with its lines, papers and fees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db import connection

from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.engine.judging import JudgedLine, Judgement
from trunkline.ordering.item import Circumstances, ServiceItem, TimeLimit
from trunkline.ordering.models import Order, OrderFee, OrderItem, OrderPaper
from trunkline.ordering.pictures import as_json, change_as_dict, refusal_as_dict
from trunkline.ordering.rules import time_limit_hours
from trunkline.ordering.scans import file_scans
from trunkline.ordering.settings import TIME_LIMIT_HOURS, settings_on
from trunkline.ordering.types import (
    Completion,
    Condition,
    LineChoice,
    OrderRequest,
    OrderState,
    PaperKind,
    ShownPaper,
)
from trunkline.security.types import Actor

KEY_REUSED = Refusal(
    "order.key_reused",
    "",
    Text("该幂等键已用于另一张不同的订单", "The idempotency key was used for a different order"),
)

_ITEM_COLUMNS = (
    *("order_id", "branch_id", "ordinal", "key", "action", "number", "user_name", "plan_name"),
    *("first_month_mode", "values", "changes", "reasons", "state"),
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


def _same_request(order: Order, request: OrderRequest) -> bool:
    if order.request_digest:
        return order.request_digest == _digest(request)
    return (order.item_code, order.organization_id, order.agreement_id, order.details, order.completion) == (
        request.item_code,
        request.organization_id,
        request.agreement_id,
        request.details,
        request.completion,
    )


def _digest(request: OrderRequest) -> str:
    """Of what is asked for, whoever brings it and on which papers; the lines as they were chosen, in any order.

    The order's own lines would not do: some items find theirs themselves, whatever lines came along.
    """
    asked = [
        request.item_code,
        request.organization_id,
        request.agreement_id,
        request.details,
        request.completion,
        sorted(([one.line_id, dict(one.values)] for one in request.lines), key=itemgetter(0)),
    ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def record_order(
    item: ServiceItem[Any, Any],
    around: Circumstances,
    judged: Judgement,
    condition: Condition | None,
    actor: Actor,
) -> int:
    """Write the order with its lines, papers and fees; acknowledged, or pending when it is booked. Returns its id."""
    request, branch_id = around.request, around.organization.branch_id
    order_id = _next_id()
    order = Order.objects.create(
        pk=order_id,
        branch_id=branch_id,
        number=f"{around.branch.code}{local_date(around.at):%Y%m%d}{order_id:08d}",
        item_code=item.code,
        channel=around.channel,
        organization_id=around.organization.id,
        agreement_id=request.agreement_id,
        handler_id=around.handler.id if around.handler else None,
        handler_details=asdict(around.handler) if around.handler else None,
        details=request.details,
        completion=request.completion,
        verification_id=request.verification_id,
        visit_id=request.visit_id,
        waits=condition.waits if condition else None,
        waits_until=condition.on if condition else None,
        expires_on=condition.expires_on if condition else None,
        state=OrderState.PENDING if condition else OrderState.ACKNOWLEDGED,
        idempotency_key=request.idempotency_key or None,
        request_digest=_digest(request) if request.idempotency_key else "",
        placed_by_id=actor.staff_id,
        placed_at=around.at,
        due_at=None if condition and not item.time_limit else judged.due_at or due_at(item, around),
        item_count=len(judged.lines),
        fee_total=sum(line.amount for line in judged.fees),
    )
    _record_papers_and_fees(order, judged, request)
    _record_lines(order_id, branch_id, judged.lines, request.lines)
    return order_id


def _record_papers_and_fees(order: Order, judged: Judgement, request: OrderRequest) -> None:
    papers = OrderPaper.objects.bulk_create(
        OrderPaper(order=order, branch_id=order.branch_id, **asdict(paper)) for paper in request.papers
    )
    file_scans(papers, request.scans, order.placed_at)
    OrderFee.objects.bulk_create(
        OrderFee(
            order=order,
            branch_id=order.branch_id,
            fee_id=line.fee_id,
            title=line.title.zh,
            title_en=line.title.en,
            amount=line.amount,
            reference=line.reference,
        )
        for line in judged.fees
    )


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('ordering_order', 'id'))")
        return int(cursor.fetchone()[0])


def due_at(item: ServiceItem[Any, Any], around: Circumstances) -> datetime:
    """When an order placed now is late: by the item's own limit, else by when it takes effect (domain 4.3)."""
    if item.time_limit is not None:
        limit = item.time_limit(around)
    else:
        limit = TimeLimit(TIME_LIMIT_HOURS, time_limit_hours(item.takes_effect, around.channel))
    hours = settings_on(local_date(around.at)).number(item.code, limit.setting, limit.hours)
    return around.at + timedelta(hours=hours)


def _record_lines(
    order_id: int,
    branch_id: int,
    lines: Sequence[JudgedLine],
    choices: Iterable[LineChoice],
) -> None:
    values = {choice.line_id: dict(choice.values) for choice in choices}
    insert_rows(
        OrderItem._meta.db_table,
        _ITEM_COLUMNS,
        (
            (
                order_id,
                branch_id,
                ordinal,
                judged.line.key,
                judged.line.action,
                judged.line.number,
                judged.line.user_name,
                judged.line.plan_name,
                judged.line.first_month_mode,
                as_json(values.get(judged.line.key, {})),
                as_json([change_as_dict(change) for change in judged.line.changes]),
                as_json([refusal_as_dict(refusal) for refusal in judged.refusals]),
                OrderState.REJECTED if judged.refusals else OrderState.ACKNOWLEDGED,
            )
            for ordinal, judged in enumerate(lines, 1)
        ),
    )


def request_of(order: Order, lines: Iterable[LineChoice]) -> OrderRequest:
    """The request an order was placed with, for some of its lines, so that they can be judged again."""
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
        lines=tuple(lines),
        completion=Completion(order.completion),
        verification_id=order.verification_id,
        visit_id=order.visit_id,
    )
