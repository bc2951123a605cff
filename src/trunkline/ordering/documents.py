"""业务受理单 as PDF: the data gathered for `printing`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from trunkline.agreements.queries import agreement
from trunkline.catalog.types import FIRST_MONTH_NAMES, FirstMonthMode
from trunkline.kernel.masking import masked_id, without_ids
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.sheets import write_sheet
from trunkline.kernel.text import Text
from trunkline.ordering import queries
from trunkline.ordering.item import TAKES_EFFECT_NAMES, ServiceItem
from trunkline.ordering.printing import (
    FeePrint,
    HandlerPrint,
    PaperPrint,
    SlipLinePrint,
    SlipOrderPrint,
    SlipPrint,
    slip_pdf,
)
from trunkline.ordering.rules import late_compensation
from trunkline.ordering.types import (
    ORDER_STATE_NAMES,
    PAPER_NAMES,
    OrderItemView,
    OrderView,
    PaperView,
    VisitView,
)
from trunkline.party.queries import organization
from trunkline.party.types import HandlerView
from trunkline.security.queries import branch, company_name, staff_names
from trunkline.security.types import CHANNEL_NAMES

REASON_COLUMNS = (
    Text("号码", "Number"),
    Text("使用人", "User"),
    Text("条款", "Clause"),
    Text("原因", "Reason"),
)
#: No other document is taken from a handler: his number is checked to be a resident's.
_ID_KIND = "居民身份证"


def slip_document(order_id: int, item: ServiceItem[Any, Any], at: datetime) -> bytes:
    """The acceptance slip of an order (X-R1), with the notices that its item must print."""
    order = queries.order(order_id)
    customer = organization(order.organization_id)
    return slip_pdf(
        SlipPrint(
            order_number=order.number,
            item_title=item.title.zh,
            clause=item.clause,
            channel=CHANNEL_NAMES[order.channel].zh,
            operator_name=company_name(order.branch_id),
            branch=branch(order.branch_id).name,
            clerk=staff_names({order.placed_by_id}).get(order.placed_by_id, ""),
            placed_at=order.placed_at,
            takes_effect=TAKES_EFFECT_NAMES[item.takes_effect].zh,
            completed_at=order.completed_at,
            state=ORDER_STATE_NAMES[order.state].zh,
            reasons=tuple(reason.text.zh for reason in order.failure),
            organization_name=customer.name,
            organization_code=customer.uscc,
            agreement_number=agreement(order.agreement_id).number if order.agreement_id else "",
            handler=_handler_print(queries.order_handler(order_id)),
            papers=tuple(_paper_print(paper) for paper in queries.order_papers(order_id)),
            lines=_lines_print(order_id),
            fees=_fees_print(order_id),
            notices=(*(notice.zh for notice in item.notices), *_lateness(item, order)),
        ),
        at=at,
    )


def visit_document(
    taken: VisitView, orders: Sequence[tuple[OrderView, ServiceItem[Any, Any]]], at: datetime
) -> bytes:
    """One slip for all orders of a visit, signed once (P4-40): what is theirs carries their place in it."""
    customer, first = organization(taken.organization_id), orders[0][0]
    papers = {paper.kind: paper for order, _ in orders for paper in queries.order_papers(order.id)}
    numbered = [(f"{place}. ", order, item) for place, (order, item) in enumerate(orders, 1)]
    return slip_pdf(
        SlipPrint(
            order_number=taken.number,
            item_title="一站式受理",
            clause="P4-40",
            channel=CHANNEL_NAMES[taken.channel].zh,
            operator_name=company_name(taken.branch_id),
            branch=branch(taken.branch_id).name,
            clerk=staff_names({taken.opened_by_id}).get(taken.opened_by_id, ""),
            placed_at=taken.opened_at,
            takes_effect="",
            completed_at=None,
            state="",
            reasons=tuple(
                f"{mark}{item.title.zh}：{reason.text.zh}"
                for mark, order, item in numbered
                for reason in order.failure
            ),
            organization_name=customer.name,
            organization_code=customer.uscc,
            agreement_number="",
            handler=_handler_print(queries.order_handler(first.id)),
            papers=tuple(_paper_print(paper) for paper in papers.values()),
            lines=tuple(
                line
                for mark, order, item in numbered
                for line in _lines_print(order.id, mark + item.title.zh)
            ),
            fees=tuple(fee for mark, order, _ in numbered for fee in _fees_print(order.id, mark)),
            notices=tuple(
                dict.fromkeys(
                    sentence
                    for _, order, item in numbered
                    for sentence in (*(notice.zh for notice in item.notices), *_lateness(item, order))
                )
            ),
            orders=tuple(
                SlipOrderPrint(
                    item=f"{item.title.zh}（{item.clause}）",
                    number=order.number,
                    lines=order.item_count,
                    takes_effect=TAKES_EFFECT_NAMES[item.takes_effect].zh,
                    state=ORDER_STATE_NAMES[order.state].zh,
                )
                for order, item in orders
            ),
        ),
        at=at,
    )


def _paper_print(paper: PaperView) -> PaperPrint:
    return PaperPrint(
        PAPER_NAMES[paper.kind].zh,
        # Often the number of somebody's identity card, of which a copy is on file.
        without_ids(paper.reference),
        paper.original_seen,
        paper.sealed,
        paper.copy_kept,
    )


def _lines_print(order_id: int, title: str = "") -> tuple[SlipLinePrint, ...]:
    """The lines of an order; `title` says whose they are on a slip of several."""
    return tuple(
        SlipLinePrint(
            number=line.number,
            user_name=line.user_name,
            plan_name=line.plan_name,
            content="；".join(part for part in (title, _content(line)) if part),
            state=ORDER_STATE_NAMES[line.state].zh,
        )
        for line in queries.order_items(order_id)
    )


def _fees_print(order_id: int, mark: str = "") -> tuple[FeePrint, ...]:
    return tuple(
        FeePrint(mark + fee.title.zh, fee.amount, fee.reference) for fee in queries.order_fees(order_id)
    )


def _lateness(item: ServiceItem[Any, Any], order: OrderView) -> tuple[str, ...]:
    """What is owed to the customer for an order that was late by the operator's fault (REG-03)."""
    if not item.pays_when_late or order.due_at is None or order.completed_at is None:
        return ()
    owed = late_compensation(order.fee_total, order.due_at, order.completed_at)
    return (f"本业务逾期竣工，因本公司原因逾期的，按日支付所收费用1%的违约金，计{owed}元。",) if owed else ()


def reasons_sheet(rows: Iterable[tuple[str, str, Sequence[Refusal]]], language: str) -> bytes:
    """Number, user and reasons of lines that do not pass, as .xlsx."""
    return write_sheet(
        [title.in_language(language) for title in REASON_COLUMNS],
        (
            (
                number,
                user,
                "\n".join(reason.clause for reason in reasons),
                "\n".join(reason.text.in_language(language) for reason in reasons),
            )
            for number, user, reasons in rows
        ),
        widths=(16, 14, 12, 80),
    )


def handed_back_sheet(order_id: int, language: str) -> bytes:
    """The lines of an order that were handed back, each with its reasons, as .xlsx."""
    lines = queries.order_items(order_id, handed_back=True)
    return reasons_sheet(((line.number, line.user_name, line.reasons) for line in lines), language)


def _handler_print(handler: HandlerView | None) -> HandlerPrint:
    """The handler's five fields; blank where the user himself applied."""
    if handler is None:
        return HandlerPrint("", "", "", "", "", "", "")
    return HandlerPrint(
        name=handler.name,
        id_kind=_ID_KIND,
        # The document is on file; the slip shows enough to recognise it.
        id_number=masked_id(handler.id_number),
        phone=handler.phone,
        email=handler.email,
        postal_address=handler.postal_address,
        postcode=handler.postcode,
    )


def _content(line: OrderItemView) -> str:
    """What is done to a line: the first month's mode, and every value before and after."""
    mode = (FIRST_MONTH_NAMES[FirstMonthMode(line.first_month_mode)].zh,) if line.first_month_mode else ()
    changes = (f"{c.name.zh}：{c.before or '—'} → {c.after or '—'}" for c in line.changes)
    return "；".join((*mode, *changes))
