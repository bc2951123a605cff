"""Pure rules of bills, deposits and payments. Every rounding of a bill stands here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trunkline.billing.types import (
    ChargeLine,
    DueRelease,
    InvoiceBasis,
    InvoiceKind,
    InvoiceRequest,
    PremiumDeposit,
    Remainder,
    Rounding,
    TaxLine,
)
from trunkline.catalog.types import FirstMonthMode, TaxClass
from trunkline.kernel.money import FEN, ZERO, fen_half_up, fen_up, tax_included
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.rating.rules import first_month_fee

PRICE_MISSING = Refusal(
    "billing.price_missing",
    "X-F2",
    Text(
        "号码{subject}的产品{offering}当月没有生效的资费",
        "{offering} of {subject} has no price in force this month",
    ),
)
TAX_RATE_MISSING = Refusal(
    "billing.tax_rate_missing",
    "",
    Text("{subject}当月没有生效的税率", "No tax rate is in force this month for {subject}"),
)
NEGATIVE_BILL = Refusal(
    "billing.negative_bill",
    "",
    Text("账户{subject}的账单合计为负", "The bill of account {subject} would be negative"),
)
NOT_POSITIVE = Refusal(
    "payment.not_positive", "", Text("金额必须大于零", "The amount must be greater than zero")
)
PARTS_OF_A_FEN = Refusal(
    "payment.parts_of_a_fen", "", Text("金额不能小于分", "The amount has parts of a fen")
)
NOTHING_OWED = Refusal("payment.nothing_owed", "", Text("没有待缴的账单", "No bill is open"))
MORE_THAN_OWED = Refusal(
    "payment.more_than_owed",
    "",
    Text(
        "金额{amount}元超过应缴{owed}元；多出部分须指定存入的账户",
        "{amount} yuan is more than the {owed} yuan owed; name the account that is to hold the rest",
    ),
)
BILL_PAID = Refusal("bill.paid", "", Text("账单{subject}已缴清", "Bill {subject} is paid already"))
BILL_OF_ANOTHER = Refusal(
    "bill.of_another",
    "P2-12",
    Text("账单{subject}不属于该客户或账户", "Bill {subject} is not this organisation's or account's"),
)
NO_COMMITMENT = Refusal(
    "premium.no_commitment",
    "P2-02",
    Text(
        "该客户的协议中没有号码{subject}的预存约定",
        "No agreement of this organisation commits {subject} to a deposit",
    ),
)
DEPOSIT_TAKEN = Refusal(
    "premium.received_already",
    "P2-02",
    Text("号码{subject}的预存款已收", "The deposit for {subject} has been received already"),
)
DEPOSIT_DIFFERS = Refusal(
    "premium.amount_differs",
    "P2-02",
    Text(
        "号码{subject}约定的预存款为{agreed}元",
        "The deposit agreed for {subject} is {agreed} yuan",
    ),
)


#: 安徽省 in the numbers of invoices, and the digit of the series that an installation numbers itself.
PROVINCE = "34"
OWN_SERIES = "0"


@dataclass(frozen=True, slots=True)
class MonthlyFee:
    """A monthly fee in yuan, how it was rounded, and the rule it follows."""

    amount: Decimal
    rounding: Rounding
    rule: str


def monthly_fee(fee: Decimal, mode: FirstMonthMode | None) -> MonthlyFee:
    """The fee of a plan: by `mode` in the month of entry (P2-05 … P2-07), whole in every other month (None).

    A line that ends in the month pays it whole too: nothing in the standard divides it, except S06-E2.
    """
    amount = first_month_fee(fee, mode)
    if mode is FirstMonthMode.OUT_OF_PLAN:
        return MonthlyFee(amount, Rounding.EXACT, "P2-05")
    if mode is FirstMonthMode.HALF:
        return MonthlyFee(amount, Rounding.EXACT if amount * 2 == fee else Rounding.DOWN, "P2-07")
    return MonthlyFee(amount, Rounding.EXACT, "P2-06" if mode else "")


def fee_by_days(fee: Decimal, days: int, days_in_month: int) -> MonthlyFee:
    """The fee of `days` of a month of `days_in_month`, rounded half up: a resumption charged by day (S06-E2)."""
    if not 0 <= days <= days_in_month or days_in_month not in range(28, 32):
        raise ValueError(f"not {days} days of a month of {days_in_month}")
    exact = fee * days / days_in_month
    amount = fen_half_up(exact)
    return MonthlyFee(amount, Rounding.EXACT if amount == exact else Rounding.HALF_UP, "S06-E2")


def waived_rent(rent: Decimal, days: int, days_in_month: int) -> MonthlyFee:
    """What `days` of a month give back of its `rent`, rounded up in the user's favour, never more than it (REG-04)."""
    if not 0 <= days <= days_in_month or days_in_month not in range(28, 32):
        raise ValueError(f"not {days} days of a month of {days_in_month}")
    exact = rent * days / days_in_month
    amount = min(fen_up(exact), rent)
    return MonthlyFee(amount, Rounding.EXACT if amount == exact else Rounding.UP, "REG-04")


def usage_amount(charge: int) -> Decimal:
    """Yuan for the sum of a bill line's usage in ten-thousandths, rounded half up to the fen once.

    ValueError below zero: usage costs something or nothing.
    """
    if charge < 0:
        raise ValueError(f"a charge of {charge}")
    return Decimal((charge + 50) // 100).scaleb(-2)


def tax_lines(charges: Iterable[tuple[Decimal, Decimal]]) -> tuple[TaxLine, ...]:
    """Net, tax and gross for each rate of (rate, gross amount), by rate; tax is taken once from the rate's sum."""
    gross: dict[Decimal, Decimal] = {}
    for rate, amount in charges:
        gross[rate] = gross.get(rate, ZERO) + amount
    lines = []
    for rate, total in sorted(gross.items()):
        tax = tax_included(total, rate)
        lines.append(TaxLine(rate, total - tax, tax, total))
    return tuple(lines)


def net_by_class(charges: Iterable[ChargeLine], taxes: Sequence[TaxLine]) -> dict[TaxClass, Decimal]:
    """The revenue of each tax class: together exactly the nets of `taxes`.

    Classes that share a rate share its tax; the last class bears what rounding leaves over.
    """
    gross: dict[Decimal, dict[str, Decimal]] = {}
    for charge in charges:
        classes = gross.setdefault(charge.tax_rate, {})
        classes[charge.tax_class] = classes.get(charge.tax_class, ZERO) + charge.amount
    nets: dict[TaxClass, Decimal] = {}
    for line in taxes:
        left = line.net
        classes = gross[line.rate]
        for place, (name, amount) in enumerate(sorted(classes.items()), 1):
            share = left if place == len(classes) else amount - tax_included(amount, line.rate)
            tax_class = TaxClass(name)
            nets[tax_class] = nets.get(tax_class, ZERO) + share
            left -= share
    return nets


def due_release(number: str, releases: Sequence[Decimal], entered: Month, month: Month) -> DueRelease | None:
    """What the release plan of a premium number asks for in `month`; None before the month of entry.

    The n-th release is due in the n-th month, the month of entry being the first (P2-09).
    """
    ordinal = (month.year - entered.year) * 12 + month.number - entered.number + 1
    if ordinal < 1:
        return None
    return DueRelease(number, sum(releases[ordinal:], ZERO))


def release_amount(due: DueRelease, unreleased: Decimal) -> Decimal:
    """How much of `unreleased` is released now: all beyond what the plan leaves for later months.

    So a deposit that came late catches up, one that was offset against a breach (P2-21) releases no more than
    is there, and one that never came releases nothing.
    """
    return max(ZERO, unreleased - due.left_afterwards)


def apply_deposit(owed: Decimal, available: Decimal) -> Decimal:
    """How much of `owed` the released deposit meets; what it leaves is carried over, never paid out (P2-10)."""
    return min(owed, available)


def payment_refusals(amount: Decimal) -> tuple[Refusal, ...]:
    """Why an amount of money cannot be taken."""
    found = []
    if not amount.is_finite() or amount <= 0:
        found.append(NOT_POSITIVE)
    elif amount != amount.quantize(FEN):
        found.append(PARTS_OF_A_FEN)
    return tuple(found)


def premium_refusals(deposit: PremiumDeposit, agreed: Decimal | None) -> tuple[Refusal, ...]:
    """Why a premium deposit cannot be taken: the sum `agreed` with its organisation is taken whole (P2-02)."""
    wrong = payment_refusals(deposit.amount)
    if wrong:
        return tuple(refusal.about(deposit.number) for refusal in wrong)
    if agreed is None:
        return (NO_COMMITMENT.about(deposit.number),)
    return () if deposit.amount == agreed else (DEPOSIT_DIFFERS.about(deposit.number, agreed=agreed),)


def allocate(
    amount: Decimal, owed: Sequence[tuple[int, Decimal]]
) -> tuple[tuple[tuple[int, Decimal], ...], Decimal]:
    """Spread money over (bill id, yuan owed) in the order given; returns (bill id, yuan) and what is left."""
    met = []
    for bill_id, due in owed:
        part = min(amount, due)
        if part > 0:
            met.append((bill_id, part))
            amount -= part
    return tuple(met), amount


def allocate_each(
    amounts: Iterable[tuple[int, Decimal]], owed: Mapping[int, Sequence[tuple[int, Decimal]]]
) -> list[tuple[tuple[tuple[int, Decimal], ...], Decimal]]:
    """`allocate` for many sums (account id, yuan), each to what its account owes after the sums before it."""
    dues = {account: dict(bills) for account, bills in owed.items()}
    found = []
    for account, amount in amounts:
        waiting = dues.get(account, {})
        met, left = allocate(amount, list(waiting.items()))
        for bill_id, part in met:
            waiting[bill_id] -= part
        found.append((met, left))
    return found


def without_credit(amount: Decimal, credit: Decimal) -> tuple[Decimal, Decimal]:
    """What of `amount` was not met with credit, and what is left of the credit for other amounts (REG-31)."""
    used = min(amount, credit)
    return amount - used, credit - used


def drawn_oldest_first(
    wanted: Mapping[int, Decimal], remainders: Iterable[Remainder]
) -> tuple[tuple[Remainder, Decimal], ...]:
    """Which payments give the yuan wanted of each account, in the order given.

    ValueError when an account's payments hold less.
    """
    missing = dict(wanted)
    drawn = []
    for remainder in remainders:
        part = min(remainder.left, missing.get(remainder.account_id, ZERO))
        if part > ZERO:
            drawn.append((remainder, part))
            missing[remainder.account_id] -= part
    if any(missing.values()):
        raise ValueError(f"payments do not hold what is drawn: {missing}")
    return tuple(drawn)


def split_by_rate(amount: Decimal, gross: Mapping[Decimal, Decimal]) -> dict[Decimal, Decimal]:
    """`amount` divided as `gross` is by tax rate, to the fen; the last rate bears what rounding leaves over.

    Rates with nothing on them are left out; what stands on no rate at all has none (0).
    """
    positive = {rate: share for rate, share in sorted(gross.items()) if share > ZERO}
    whole = sum(positive.values(), ZERO)
    if not whole:
        return {Decimal(0): amount} if amount else {}
    parts: dict[Decimal, Decimal] = {}
    left = amount
    for place, (rate, share) in enumerate(positive.items(), 1):
        part = left if place == len(positive) else min(fen_half_up(amount * share / whole), left)
        left -= part
        if part:
            parts[rate] = part
    return parts


def invoice_number(serial: int, on: date) -> str:
    """Twenty digits as 数电发票 have: year, province, an installation's own series, serial (domain 4.6)."""
    return f"{on.year % 100:02d}{PROVINCE}{OWN_SERIES}{serial:015d}"


INVOICED_ALREADY = Refusal(
    "invoice.issued_already",
    "S15",
    Text("{subject}已开具发票，只能冲红后重开", "There is an invoice for {subject}: take it back first"),
)
INVOICED_IN_PART = Refusal(
    "invoice.issued_in_part",
    "S15",
    Text(
        "{subject}的款项已随对应的收款或账单开具发票",
        "What {subject} is of has been invoiced with its payment or bill",
    ),
)
NOT_INVOICED_YET = Refusal(
    "invoice.not_paid",
    "S15",
    Text("{subject}不是已缴款项，不能开具发票", "{subject} is not money paid: there is nothing to invoice"),
)
TAX_ID_NEEDED = Refusal(
    "invoice.tax_id_needed",
    "S15",
    Text("增值税专用发票须填写税号", "A special VAT invoice needs the buyer's tax id"),
)


def invoice_refusals(basis: InvoiceBasis, request: InvoiceRequest) -> tuple[Refusal, ...]:
    """Why no invoice can be issued: once for a payment or a bill, of what was paid (S15)."""
    found = []
    if basis.invoiced:
        found.append(INVOICED_ALREADY.about(basis.document))
    if basis.partly_invoiced:
        found.append(INVOICED_IN_PART.about(basis.document))
    if not basis.payable or basis.amount <= ZERO:
        found.append(NOT_INVOICED_YET.about(basis.document))
    if request.kind is InvoiceKind.SPECIAL and not request.tax_id:
        found.append(TAX_ID_NEEDED)
    return tuple(found)
