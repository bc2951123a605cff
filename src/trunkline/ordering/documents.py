"""业务受理单 as PDF: the data gathered for `printing`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from trunkline.agreements.queries import agreement
from trunkline.catalog.types import FIRST_MONTH_NAMES, FirstMonthMode
from trunkline.kernel.masking import masked_id
from trunkline.kernel.sheets import write_sheet
from trunkline.kernel.text import Text
from trunkline.ordering import queries
from trunkline.ordering.item import TAKES_EFFECT_NAMES, ServiceItem
from trunkline.ordering.printing import (
    FeePrint,
    HandlerPrint,
    PaperPrint,
    SlipLinePrint,
    SlipPrint,
    slip_pdf,
)
from trunkline.ordering.rules import late_compensation
from trunkline.ordering.types import ORDER_STATE_NAMES, PAPER_NAMES, OrderItemView, OrderView
from trunkline.party.queries import organization
from trunkline.party.types import HandlerView
from trunkline.security.queries import branch, company_name, staff_names
from trunkline.security.types import CHANNEL_NAMES

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
            papers=tuple(
                PaperPrint(PAPER_NAMES[p.kind].zh, p.reference, p.original_seen, p.sealed, p.copy_kept)
                for p in queries.order_papers(order_id)
            ),
            lines=tuple(
                SlipLinePrint(
                    number=line.number,
                    user_name=line.user_name,
                    plan_name=line.plan_name,
                    content=_content(line),
                    state=ORDER_STATE_NAMES[line.state].zh,
                )
                for line in queries.order_items(order_id)
            ),
            fees=tuple(
                FeePrint(fee.title.zh, fee.amount, fee.reference) for fee in queries.order_fees(order_id)
            ),
            notices=(*(notice.zh for notice in item.notices), *_lateness(item, order)),
        ),
        at=at,
    )


def _lateness(item: ServiceItem[Any, Any], order: OrderView) -> tuple[str, ...]:
    """What is owed to the customer for an order that was late by the operator's fault (REG-03)."""
    if not item.pays_when_late or order.due_at is None or order.completed_at is None:
        return ()
    owed = late_compensation(order.fee_total, order.due_at, order.completed_at)
    return (f"本业务逾期竣工，因本公司原因逾期的，按日支付所收费用1%的违约金，计{owed}元。",) if owed else ()


def handed_back_sheet(order_id: int, language: str) -> bytes:
    """The lines of an order that were handed back, each with its reasons, as .xlsx."""
    header = (Text("号码", "Number"), Text("使用人", "User"), Text("条款", "Clause"), Text("原因", "Reason"))
    return write_sheet(
        [title.in_language(language) for title in header],
        (
            (
                line.number,
                line.user_name,
                "\n".join(reason.clause for reason in line.reasons),
                "\n".join(reason.text.in_language(language) for reason in line.reasons),
            )
            for line in queries.order_items(order_id, handed_back=True)
        ),
        widths=(16, 14, 12, 80),
    )


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
