"""One account's bill of a month, composed purely from its draft and its deposits, with its ledger entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trunkline.billing.rules import NEGATIVE_BILL, apply_deposit, net_by_class, release_amount, tax_lines
from trunkline.billing.types import BillDraft, BillState
from trunkline.catalog.types import TaxClass
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting, PremiumBalance

REVENUE = {
    TaxClass.BASIC_TELECOM: GeneralAccount.REVENUE_BASIC,
    TaxClass.VALUE_ADDED_TELECOM: GeneralAccount.REVENUE_VALUE_ADDED,
    TaxClass.GOODS: GeneralAccount.REVENUE_GOODS,
}
_NO_DEPOSIT = PremiumBalance(ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class ComposedBill:
    """What a draft comes to: `number` is the bill's; `from_deposit` of `total` is met by released deposits."""

    number: str
    total: Decimal
    tax_total: Decimal
    from_deposit: Decimal
    entries: tuple[NewEntry, ...]

    @property
    def state(self) -> BillState:
        return BillState.PAID if self.total == self.from_deposit else BillState.OPEN


def bill_number(account_id: int, month: Month) -> str:
    """``B202610-00000042``: one account, one month, one number."""
    return f"B{month.year:04d}{month.number:02d}-{account_id:08d}"


def compose(
    draft: BillDraft, deposits: Mapping[str, PremiumBalance], month: Month, at: datetime
) -> ComposedBill:
    """The bill and the entries of a draft. `deposits` are the account's premium deposits by number.

    Each number's charges are met by that number's own deposit only (P2-12): first what is released now, carry-over
    included; the rest is due in cash (P2-09), and what the deposit has left is carried over (P2-10).
    """
    number = bill_number(draft.account_id, month)
    total = sum([charge.amount for charge in draft.charges], ZERO)
    if total < 0:
        raise Refused(NEGATIVE_BILL.about(str(draft.account_id)))
    taxes = tax_lines([(charge.tax_rate, charge.amount) for charge in draft.charges])
    tax_total = sum([line.tax for line in taxes], ZERO)
    entries: list[NewEntry] = []
    if total:
        legs = [NewPosting(GeneralAccount.RECEIVABLE, total, draft.account_id)]
        nets = net_by_class(draft.charges, taxes)
        legs += [NewPosting(REVENUE[tax_class], -net) for tax_class, net in nets.items() if net]
        if tax_total:
            legs.append(NewPosting(GeneralAccount.TAX_PAYABLE, -tax_total))
        entries.append(NewEntry("bill", number, draft.branch_id, at, f"{month} 账单", tuple(legs)))
    released = _releases(draft, deposits, month, at) if draft.releases else []
    entries += [entry for _, _, entry in released]
    from_deposit = ZERO
    if deposits:
        now_released = {subject: amount for subject, amount, _ in released}
        for subject, balance in deposits.items():
            owed = sum([c.amount for c in draft.charges if c.number == subject], ZERO)
            used = apply_deposit(max(ZERO, owed), balance.released + now_released.get(subject, ZERO))
            if used:
                from_deposit += used
                entries.append(_use(draft, number, subject, used, at))
    return ComposedBill(number, total, tax_total, from_deposit, tuple(entries))


def _releases(
    draft: BillDraft, deposits: Mapping[str, PremiumBalance], month: Month, at: datetime
) -> list[tuple[str, Decimal, NewEntry]]:
    """Number, yuan and entry of each release of the month (P2-09)."""
    found = []
    for due in draft.releases:
        amount = release_amount(due, deposits.get(due.number, _NO_DEPOSIT).unreleased)
        if amount:
            legs = (
                NewPosting(GeneralAccount.PREMIUM_UNRELEASED, amount, draft.account_id, due.number),
                NewPosting(GeneralAccount.PREMIUM_RELEASED, -amount, draft.account_id, due.number),
            )
            entry = NewEntry(
                "premium_release",
                f"{due.number}:{draft.account_id}:{month}",
                draft.branch_id,
                at,
                f"{month} 靓号预存款解冻 {due.number}",
                legs,
            )
            found.append((due.number, amount, entry))
    return found


def _use(draft: BillDraft, bill: str, subject: str, used: Decimal, at: datetime) -> NewEntry:
    legs = (
        NewPosting(GeneralAccount.PREMIUM_RELEASED, used, draft.account_id, subject),
        NewPosting(GeneralAccount.RECEIVABLE, -used, draft.account_id),
    )
    narration = f"{bill} 靓号预存款抵扣 {subject}"
    return NewEntry("premium_use", f"{bill}:{subject}", draft.branch_id, at, narration, legs)
