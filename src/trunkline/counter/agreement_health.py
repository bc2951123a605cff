"""The health of an agreement, gathered from every context that knows something of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trunkline.agreements import queries as agreements
from trunkline.agreements.rules.business import LineBenefit
from trunkline.agreements.rules.progress import Progress
from trunkline.agreements.rules.renewal import RenewalView
from trunkline.agreements.rules.terms import schedule_of
from trunkline.agreements.types import AgreementState, AgreementView
from trunkline.billing.queries import debts_of_accounts, last_bills
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.ledger.queries import premium_balances
from trunkline.subscriptions.queries import lines

#: An agreement that is or was in breach.
_BREACH = (AgreementState.BREACHED, AgreementState.SETTLED)


@dataclass(frozen=True, slots=True)
class PremiumHealth:
    """One premium number, in yuan: its deposit, what of it is not released, released and not used, and used.

    `billed` is the last bill of its account, of `month`, against the least it promised a month (P2-02); None
    before the first bill. `taken` is whether the deposit was ever paid.
    """

    number: str
    deposit: Decimal
    unreleased: Decimal
    carried_over: Decimal
    used: Decimal
    taken: bool
    next_release: Decimal
    minimum_monthly: Decimal
    month: Month | None
    billed: Decimal | None

    @property
    def below_minimum(self) -> bool:
        """Whether the last bill stayed below what was promised."""
        return self.billed is not None and self.billed < self.minimum_monthly


@dataclass(frozen=True, slots=True)
class AgreementHealth:
    """One agreement on one page (P2-01, P2-09, P2-20, P2-27). Amounts in yuan.

    `arrears` fell due and is not paid, `owed` is all that is open, on the accounts of the agreement's lines.
    `benefits` are what a breach would take back. `renewal` is None before the agreement takes effect.
    """

    agreement: AgreementView
    progress: Progress
    premiums: tuple[PremiumHealth, ...]
    arrears: Decimal
    owed: Decimal
    accounts_in_arrears: int
    benefits: tuple[LineBenefit, ...]
    breach: AgreementState | None
    renewal: RenewalView | None

    @property
    def deposits(self) -> Decimal:
        """All deposits agreed."""
        return sum((premium.deposit for premium in self.premiums), ZERO)

    @property
    def unreleased(self) -> Decimal:
        """What of the deposits is not released."""
        return sum((premium.unreleased for premium in self.premiums), ZERO)

    @property
    def carried_over(self) -> Decimal:
        """What is released and not used yet (结转, P2-10)."""
        return sum((premium.carried_over for premium in self.premiums), ZERO)

    @property
    def benefits_given(self) -> Decimal:
        """Subsidies and credit given so far."""
        return sum((benefit.given for benefit in self.benefits), ZERO)


def agreement_health(agreement_id: int, today: date) -> AgreementHealth:
    """Where an agreement stands on a day; `Refused` (``agreement.unknown``) when there is none."""
    agreement = agreements.agreement(agreement_id)
    held = lines(agreements.lines_of_agreement(agreement_id))
    accounts = {line.account_id for line in held.values()}
    debts = debts_of_accounts(accounts, today)
    return AgreementHealth(
        agreement=agreement,
        progress=agreements.progress(agreement_id, today),
        premiums=_premiums(agreement_id, {line.number: line.account_id for line in held.values()}),
        arrears=sum((overdue for overdue, _ in debts.values()), ZERO),
        owed=sum((owed for _, owed in debts.values()), ZERO),
        accounts_in_arrears=sum(overdue > 0 for overdue, _ in debts.values()),
        benefits=agreements.benefits_of(agreement_id, today),
        breach=agreement.state if agreement.state in _BREACH else None,
        renewal=agreements.renewal(agreement_id, today),
    )


def _premiums(agreement_id: int, account_of: dict[str, int]) -> tuple[PremiumHealth, ...]:
    terms = agreements.premiums(agreement_id)
    accounts = {account_of[premium.number] for premium in terms if premium.number in account_of}
    balances, bills = premium_balances(accounts), last_bills(accounts, count=1)
    found = []
    for premium in terms:
        account = account_of.get(premium.number)
        balance = balances.get((account, premium.number)) if account is not None else None
        last = bills.get(account, (None,))[0] if account is not None else None
        unreleased = balance.unreleased if balance else ZERO
        carried = balance.released if balance else ZERO
        found.append(
            PremiumHealth(
                number=premium.number,
                deposit=premium.prepayment,
                unreleased=unreleased,
                carried_over=carried,
                used=premium.prepayment - unreleased - carried if balance else ZERO,
                taken=balance is not None,
                next_release=_next_release(schedule_of(premium), unreleased),
                minimum_monthly=premium.minimum_monthly,
                month=last.month if last else None,
                billed=last.total if last else None,
            )
        )
    return tuple(found)


def _next_release(schedule: tuple[Decimal, ...], unreleased: Decimal) -> Decimal:
    """What the next month releases, from what is left to release at the end of the plan."""
    left = ZERO
    for amount in reversed(schedule):
        left += amount
        if left >= unreleased:
            return amount if unreleased else ZERO
    return ZERO
