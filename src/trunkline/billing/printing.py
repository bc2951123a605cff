"""账单, 收据 and 发票 on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from trunkline.kernel.money import ZERO, in_capitals
from trunkline.kernel.periods import Month, local_date
from trunkline.kernel.typeset import chinese_day, chinese_minute, typeset, yuan

_TEMPLATES = Path(__file__).parent / "print"


@dataclass(frozen=True, slots=True)
class BillLinePrint:
    """One charge: counts of `unit`, yuan with tax. `unit_price` is exact to 1/10000 yuan."""

    title: str
    quantity: int
    unit: str
    allowance_used: int
    unit_price: Decimal
    amount: Decimal
    tax_rate: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class NumberPrint:
    """The charges of one number of the account."""

    number: str
    lines: tuple[BillLinePrint, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TaxPrint:
    """Net, tax and gross at one rate (0.09 = 9 %)."""

    rate: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class DepositPrint:
    """靓号预存款 of one number in the month: released, used for this bill, carried over, not released yet."""

    number: str
    released: Decimal
    used: Decimal
    carried_over: Decimal
    unreleased: Decimal


@dataclass(frozen=True, slots=True)
class BillPrint:
    """What stands on a bill. `owed_before` is what older bills still ask for."""

    bill_number: str
    month: Month
    operator_name: str
    organization_name: str
    organization_code: str
    account_code: str
    account_title: str
    billing_address: str
    issued_at: datetime
    due_on: date
    owed_before: Decimal
    total: Decimal
    from_deposit: Decimal
    paid: Decimal
    numbers: tuple[NumberPrint, ...]
    taxes: tuple[TaxPrint, ...]
    deposits: tuple[DepositPrint, ...]


@dataclass(frozen=True, slots=True)
class AllocationPrint:
    """What a payment met."""

    bill_number: str
    month: Month
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ReceiptPrint:
    """What stands on a receipt. `surplus` is what was kept as the account's deposit."""

    receipt_number: str
    operator_name: str
    organization_name: str
    account_code: str
    amount: Decimal
    method: str
    reference: str
    taken_at: datetime
    cashier: str
    allocations: tuple[AllocationPrint, ...]
    surplus: Decimal
    owed_after: Decimal


@dataclass(frozen=True, slots=True)
class InvoicePrint:
    """What stands on an invoice; the amounts of a red-letter one are negative, and `red_of` is what it takes back."""

    invoice_number: str
    kind: str
    seller_name: str
    buyer_name: str
    buyer_tax_id: str
    document: str
    issued_at: datetime
    issued_by: str
    amount: Decimal
    taxes: tuple[TaxPrint, ...]
    red_of: str = ""
    reason: str = ""


def bill_pdf(p: BillPrint, *, at: datetime) -> bytes:
    """A bill. Raises `Refused` as `typeset` does."""
    due = p.total - p.from_deposit
    data = {
        "number": p.bill_number,
        "month": f"{p.month.year}年{p.month.number}月",
        "operator_name": p.operator_name,
        "header": [
            ("单位名称", p.organization_name),
            ("账　　期", f"{chinese_day(p.month.first_day)}至{chinese_day(p.month.last_day)}"),
            ("信用代码", p.organization_code or "—"),
            ("出账日期", chinese_minute(p.issued_at)),
            ("账　　户", p.account_code),
            ("交费期限", chinese_day(p.due_on)),
            ("账户名称", p.account_title),
            ("账单地址", p.billing_address),
        ],
        "summary": [
            ("本月费用（含税）", yuan(p.total)),
            ("靓号预存款支付", yuan(-p.from_deposit)),
            ("本月应交", yuan(due)),
            ("已交", yuan(p.paid)),
            ("以前欠费", yuan(p.owed_before)),
        ],
        "payable": yuan(due - p.paid + p.owed_before),
        "payable_capitals": in_capitals(due - p.paid + p.owed_before),
        "numbers": [
            {
                "title": f"号码　{number.number}" if number.number else "账户费用",
                "amount": yuan(number.amount),
                "lines": [_bill_line(line) for line in number.lines],
            }
            for number in p.numbers
        ],
        "taxes": [(_percent(t.rate), yuan(t.net), yuan(t.tax), yuan(t.gross)) for t in p.taxes],
        "tax_totals": [
            yuan(sum((t.net for t in p.taxes), ZERO)),
            yuan(sum((t.tax for t in p.taxes), ZERO)),
            yuan(sum((t.gross for t in p.taxes), ZERO)),
        ],
        "deposits": [
            (d.number, yuan(d.released), yuan(d.used), yuan(d.carried_over), yuan(d.unreleased))
            for d in p.deposits
        ],
    }
    return typeset(_TEMPLATES / "bill.typ", data, at=at)


def receipt_pdf(p: ReceiptPrint, *, at: datetime) -> bytes:
    """A receipt. Raises `Refused` as `typeset` does."""
    data = {
        "number": p.receipt_number,
        "operator_name": p.operator_name,
        "header": [
            ("交款单位", p.organization_name),
            ("收款时间", chinese_minute(p.taken_at)),
            ("账　　户", p.account_code or "—"),
            ("收款方式", p.method),
            ("凭　　证", p.reference or "—"),
            ("收 款 人", p.cashier),
        ],
        "amount": yuan(p.amount),
        "amount_capitals": in_capitals(p.amount),
        "allocations": [
            (a.bill_number, f"{a.month.year}年{a.month.number}月", yuan(a.amount)) for a in p.allocations
        ],
        "surplus": yuan(p.surplus) if p.surplus else "",
        "owed_after": yuan(p.owed_after),
    }
    return typeset(_TEMPLATES / "receipt.typ", data, at=at)


def invoice_pdf(p: InvoicePrint, *, at: datetime) -> bytes:
    """An invoice. Raises `Refused` as `typeset` does."""
    data = {
        "number": p.invoice_number,
        "kind": p.kind,
        "operator_name": p.seller_name,
        "red_of": p.red_of,
        "reason": p.reason,
        "header": [
            ("购买方名称", p.buyer_name),
            ("开票日期", chinese_day(local_date(p.issued_at))),
            ("购买方税号", p.buyer_tax_id or "—"),
            ("收据或账单", p.document),
            ("销售方名称", p.seller_name),
        ],
        "lines": [
            (
                "通信服务费" if t.rate else "预存通信费（未计税）",
                _percent(t.rate) if t.rate else "不征税",
                yuan(t.net),
                yuan(t.tax),
                yuan(t.gross),
            )
            for t in p.taxes
        ],
        "totals": [
            yuan(sum((t.net for t in p.taxes), ZERO)),
            yuan(sum((t.tax for t in p.taxes), ZERO)),
            yuan(sum((t.gross for t in p.taxes), ZERO)),
        ],
        "amount": yuan(p.amount),
        # Capitals have no sign: a red-letter invoice says that it is negative.
        "amount_capitals": ("（负数）" if p.amount < 0 else "") + in_capitals(abs(p.amount)),
        "issued_by": p.issued_by,
    }
    return typeset(_TEMPLATES / "invoice.typ", data, at=at)


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


def _price(unit_price: Decimal) -> str:
    """At least two places, and as many more as the price has: ``46.00``, ``0.0003``."""
    exact = f"{unit_price.normalize():f}"
    return exact if len(exact.partition(".")[2]) > 2 else f"{unit_price:.2f}"


def _bill_line(line: BillLinePrint) -> tuple[str, ...]:
    title = f"{line.title}\n{line.note}" if line.note else line.title
    return (
        title,
        f"{line.quantity:,} {line.unit}",
        f"{line.allowance_used:,}" if line.allowance_used else "",
        _price(line.unit_price),
        _percent(line.tax_rate),
        yuan(line.amount),
    )
