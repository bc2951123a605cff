"""What a bill run works with: a month's facts, its rated usage, late usage of earlier months, due releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.agreements.queries import premium_schedule
from trunkline.billing.charges import line_charges, usage_charges
from trunkline.billing.installed import installed_charges
from trunkline.billing.rules import due_release
from trunkline.billing.types import BillDraft, ChargeLine, DueRelease, RentWaiver, UsageTotal
from trunkline.billing.waivers import waiver_charges
from trunkline.kernel.periods import Month
from trunkline.ledger.queries import premium_balances
from trunkline.party.types import AccountView
from trunkline.rating.queries import part_files, parts, store_root
from trunkline.rating.rater import rate
from trunkline.rating.types import RatingResult
from trunkline.runs.assembly import (
    MonthFacts,
    UsageByLine,
    line_table,
    tariffs_of,
    usage_by_line,
)
from trunkline.subscriptions.queries import held_since

LateCharges = dict[int, list[ChargeLine]]


class Work:
    """Everything that the bills of a run are made from, the same however often it is made again.

    Not a dataclass, so that it goes into no audit row; it prints as its month.
    """

    def __init__(
        self,
        facts: MonthFacts,
        totals: pa.Table,
        late: Mapping[int, Sequence[ChargeLine]],
        releases: Mapping[int, Sequence[DueRelease]],
        waivers: Mapping[int, Sequence[RentWaiver]],
    ) -> None:
        self.facts = facts
        self.totals = totals
        self.late = late
        self.releases = releases
        self.waivers = waivers

    def __str__(self) -> str:
        return str(self.facts.month)

    @property
    def expected(self) -> frozenset[int]:
        """The accounts that must be billed or explained."""
        return self.facts.accounts | self.late.keys()

    @property
    def accounts(self) -> frozenset[int]:
        """All accounts there is something to do for: a bill, or a release alone."""
        return self.expected | self.releases.keys()

    def usage(self, accounts: Iterable[int]) -> UsageByLine:
        """The rated usage of the lines of some accounts."""
        lines = [line.line_id for account in accounts for line in self.facts.lines.get(account, ())]
        mine = pc.is_in(self.totals["line_id"], value_set=pa.array(lines, pa.int64()))
        return usage_by_line(self.totals.filter(mine))

    def draft(self, account: AccountView, usage: UsageByLine) -> BillDraft:
        """What one account is to be billed; `Refused` where a price or a tax rate is missing."""
        charges: list[ChargeLine] = []
        for line in self.facts.lines.get(account.id, ()):
            charges += line_charges(line, usage.get(line.line_id, ()), self.facts.tariff)
        for product in self.facts.installed.get(account.id, ()):
            charges += installed_charges(product, self.facts.month, self.facts.tariff.rate)
        charges += self.late.get(account.id, ())
        charges += waiver_charges(charges, self.waivers.get(account.id, ()))
        return BillDraft(
            account_id=account.id,
            organization_id=account.organization_id,
            branch_id=account.branch_id,
            payment_days=account.payment_days,
            charges=tuple(charges),
            releases=tuple(self.releases.get(account.id, ())),
            billed=account.id in self.expected,
        )


def rate_month(facts: MonthFacts, *, through: int) -> RatingResult:
    """Rate a month from the accepted records of the usage files up to `through`."""
    return rate(
        part_files(parts(facts.month, through=through)),
        line_table(facts),
        tariffs_of(facts.versions),
        month=facts.month,
        workdir=workdir(),
    )


def workdir() -> Path:
    """Where the engine may spill to."""
    return store_root() / "work"


def late_charges(facts: MonthFacts, before: RatingResult, after: RatingResult) -> LateCharges:
    """What usage that came after a month's bills adds to it, by account: the difference of two ratings.

    More records can only use up more of an allowance, so no difference is negative.
    """
    billed = usage_by_line(before.totals)
    known = {(line, total.price_row_id): total for line, totals in billed.items() for total in totals}
    added: UsageByLine = {}
    for line, totals in usage_by_line(after.totals).items():
        for total in totals:
            rest = _difference(total, known.get((line, total.price_row_id)))
            if rest.records or rest.charge:
                added.setdefault(line, []).append(rest)
    charges: LateCharges = {}
    for account, lines in facts.lines.items():
        for line_month in lines:
            usage = added.get(line_month.line_id)
            if usage:
                made = usage_charges(line_month, usage, facts.tariff, late_for=facts.month)
                charges.setdefault(account, []).extend(made)
    return charges


def _difference(total: UsageTotal, billed: UsageTotal | None) -> UsageTotal:
    if billed is None:
        return total
    figures = {
        each.name: getattr(total, each.name) - getattr(billed, each.name)
        for each in fields(UsageTotal)
        if each.name != "price_row_id"
    }
    return UsageTotal(price_row_id=total.price_row_id, **figures)


def due_releases(month: Month) -> dict[int, list[DueRelease]]:
    """What is released this month of premium deposits, by account, lines that ended included (P2-09, P2-10)."""
    waiting = [key for key, balance in premium_balances().items() if balance.unreleased > 0]
    numbers = [number for _, number in waiting]
    schedules, since = premium_schedule(numbers), held_since(numbers)
    found: dict[int, list[DueRelease]] = {}
    for account, number in waiting:
        if number in schedules and number in since:
            due = due_release(number, schedules[number].releases, Month.of(since[number]), month)
            if due is not None:
                found.setdefault(account, []).append(due)
    return found
