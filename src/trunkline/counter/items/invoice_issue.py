"""十五、发票 (S15): once for a payment or once for a bill, by the number of its receipt or of itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.billing.invoicing import document_ids, invoice_basis, invoice_in_force
from trunkline.billing.operations import issue_invoice
from trunkline.billing.rules import (
    INVOICED_ALREADY,
    INVOICED_IN_PART,
    NOT_INVOICED_YET,
    TAX_ID_NEEDED,
    invoice_refusals,
)
from trunkline.billing.types import INVOICE_KIND_NAMES, InvoiceBasis, InvoiceKind, InvoiceRequest
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import (
    Circumstances,
    Guard,
    InitialPrice,
    Origin,
    PlannedLine,
    ServiceItem,
    TakesEffect,
)
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor

UNKNOWN_DOCUMENT = Refusal(
    "invoice.no_document",
    "S15",
    Text("该客户没有这张收据或账单", "The organisation has no such receipt or bill"),
)


@dataclass(frozen=True, slots=True)
class Invoicing:
    """What is asked for, and what it would be of; None where there is no such document."""

    request: InvoiceRequest
    basis: InvoiceBasis | None


def _load(around: Circumstances) -> Invoicing:
    details, customer = around.request.details, around.organization
    kind = InvoiceKind(details.get("kind", InvoiceKind.ORDINARY))
    registered = customer.uscc if kind is InvoiceKind.ORDINARY else ""
    payment, bill = document_ids(details.get("document", ""), customer.id)
    request = InvoiceRequest(
        kind=kind,
        title=details.get("title", customer.name),
        tax_id=details.get("tax_id", registered)[:20],
        payment_id=payment,
        bill_id=bill,
    )
    if payment is None and bill is None:
        return Invoicing(request, None)
    return Invoicing(request, invoice_basis(payment_id=payment, bill_id=bill, locking=around.locking))


def _known(_: Circumstances, asked: Invoicing) -> Iterable[Refusal]:
    return () if asked.basis is not None else (UNKNOWN_DOCUMENT,)


def _against(code: str, reason: Refusal) -> Guard[Invoicing]:
    """A guard that speaks up where the rules of invoices give this reason."""

    def check(_: Circumstances, asked: Invoicing) -> Iterable[Refusal]:
        found = invoice_refusals(asked.basis, asked.request) if asked.basis is not None else ()
        return [refusal for refusal in found if refusal.code == reason.code]

    return Guard(code, reason.clause, reason.text, check, Origin.INFERRED)


def _plan(_: Circumstances, __: Invoicing, asked: Invoicing) -> PlannedLine:
    kind = INVOICE_KIND_NAMES[asked.request.kind].zh
    amount = asked.basis.amount if asked.basis else Decimal(0)
    return PlannedLine(
        key=asked.request.payment_id or asked.request.bill_id or 0,
        action=ItemAction.ADD,
        number="",
        user_name="",
        plan_name="",
        changes=(Change(Text("发票", "Invoice"), "", f"{kind} {amount}元 {asked.request.title}"),),
    )


def _issue(around: Circumstances, asked: Invoicing, _: Sequence[Invoicing], actor: Actor) -> Sequence[int]:
    issue_invoice(request=asked.request, actor=actor, at=around.at)
    return [0]


def _issued(_: Circumstances, chosen: Sequence[Invoicing]) -> Sequence[Sequence[Change]]:
    """The number it came to have, by which the order leads to it."""
    made = [
        invoice_in_force(payment_id=asked.request.payment_id, bill_id=asked.request.bill_id)
        for asked in chosen
    ]
    return [[Change(Text("发票号码", "Invoice number"), "", one.number)] for one in made]


ITEM: ServiceItem[Invoicing, Invoicing] = ServiceItem(
    code="invoice_issue",
    title=Text("开具发票", "Invoice"),
    clause="S15",
    origin=Origin.INFERRED,
    channels=THREE_CHANNELS,
    inferred_channels=THREE_CHANNELS,
    papers=handler_papers("S15-A1", origin=Origin.INFERRED),
    fields=(
        Field("document", Text("收据号或账单号", "Receipt or bill number"), clause="S15"),
        Field(
            "kind",
            Text("发票种类", "Kind"),
            FieldKind.CHOICE,
            tuple((str(kind), name) for kind, name in INVOICE_KIND_NAMES.items()),
            clause="S15",
        ),
        Field("title", Text("发票抬头（默认单位名称）", "Title"), required=False, clause="S09-A1"),
        Field(
            "tax_id", Text("税号（普通发票默认统一社会信用代码）", "Tax id"), required=False, clause="S09-A1"
        ),
    ),
    guards=(
        Guard("document_known", "S15", UNKNOWN_DOCUMENT.text, _known, Origin.INFERRED),
        _against("invoiced_once", INVOICED_ALREADY),
        _against("not_invoiced_in_part", INVOICED_IN_PART),
        _against("paid", NOT_INVOICED_YET),
        _against("tax_id_given", TAX_ID_NEEDED),
    ),
    load=_load,
    subjects=lambda asked: (asked,),
    plan=_plan,
    effects=_issue,
    outcomes=_issued,
    fee="invoice_issue",
    prices=(
        InitialPrice(
            "invoice_issue", Text("开具发票（免费）", "Invoice, free"), Decimal("0.00"), "标准 十五"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
