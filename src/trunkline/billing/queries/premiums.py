"""Deposits of premium numbers under an agreement: how each stands, and month by month (P2-02, P2-09, P2-10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from trunkline.agreements.queries import premium_schedule, premiums
from trunkline.agreements.types import PremiumTerms
from trunkline.billing.deposit_months import DepositEvent, DepositMonth, ReleasePlan, deposit_months
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ledger.queries import premium_postings
from trunkline.ledger.types import GeneralAccount, PostingView
from trunkline.party.queries import accounts_by_id
from trunkline.subscriptions.queries import held_since

NO_SUCH_DEPOSIT = Refusal(
    "premium.not_of_agreement",
    "P2-02",
    Text("协议没有靓号{subject}的预存约定", "The agreement commits no premium number {subject}"),
)

_RELEASE = "premium_release"


@dataclass(frozen=True, slots=True)
class DepositStanding:
    """A premium number's deposit in yuan. `account_id` is None until it is received; what was received is
    `unreleased`, `carried_over`, `used` and `offset` together. `months` begin with the first there is.
    """

    terms: PremiumTerms
    account_id: int | None
    received: Decimal
    unreleased: Decimal
    carried_over: Decimal
    used: Decimal
    offset: Decimal
    months: tuple[DepositMonth, ...]

    @property
    def next_release(self) -> DepositMonth | None:
        """The next month in which something is planned to be released."""
        return next((month for month in self.months if month.planned and month.released), None)


def deposits_of_agreement(agreement_id: int, organization_id: int) -> tuple[DepositStanding, ...]:
    """How the deposit of each premium number of an agreement stands, by number."""
    terms = premiums(agreement_id)
    numbers = [each.number for each in terms]
    found = premium_postings(numbers)
    holders = accounts_by_id(account for account, _ in found)
    postings = {
        key: entries for key, entries in found.items() if holders[key[0]].organization_id == organization_id
    }
    plans = _plans(agreement_id, numbers)
    bills = _bills(postings)
    return tuple(
        _standing(each, plans.get(each.number), owner, postings.get((owner or 0, each.number), ()), bills)
        for each in terms
        for owner in [next((account for account, number in postings if number == each.number), None)]
    )


def deposit_of_agreement(agreement_id: int, organization_id: int, number: str) -> DepositStanding:
    """One of them; `Refused` (``premium.not_of_agreement``) for a number that the agreement does not commit."""
    for found in deposits_of_agreement(agreement_id, organization_id):
        if found.terms.number == number:
            return found
    raise Refused(NO_SUCH_DEPOSIT.about(number))


def _plans(agreement_id: int, numbers: Collection[str]) -> dict[str, ReleasePlan]:
    since = held_since(numbers)
    return {
        number: ReleasePlan(number, schedule.releases, Month.of(since[number]))
        for number, schedule in premium_schedule(numbers).items()
        if schedule.agreement_id == agreement_id and number in since
    }


def _bills(postings: Collection[tuple[int, str]]) -> dict[tuple[int, str], dict[Month, Decimal]]:
    """What bills charged each number, by account and number."""
    found: dict[tuple[int, str], dict[Month, Decimal]] = {key: {} for key in postings}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.account_id, l.number, b.month, sum(l.amount) FROM billing_bill b "
            "JOIN billing_billline l ON l.bill_id = b.id "
            "JOIN unnest(%s::bigint[], %s::text[]) AS wanted(account_id, number) "
            "ON wanted.account_id = b.account_id AND wanted.number = l.number GROUP BY 1, 2, 3",
            [[account for account, _ in postings], [number for _, number in postings]],
        )
        for account, number, month, amount in cursor.fetchall():
            found[account, number][Month.of(month)] = amount
    return found


def _standing(
    terms: PremiumTerms,
    plan: ReleasePlan | None,
    account_id: int | None,
    postings: Sequence[PostingView],
    bills: dict[tuple[int, str], dict[Month, Decimal]],
) -> DepositStanding:
    months = deposit_months(_events(postings), bills.get((account_id or 0, terms.number), {}), plan)
    there = [month for month in months if not month.planned]
    last = there[-1] if there else None
    return DepositStanding(
        terms=terms,
        account_id=account_id,
        received=sum((month.received for month in there), ZERO),
        unreleased=last.unreleased if last else ZERO,
        carried_over=last.carried_over if last else ZERO,
        used=sum((month.used for month in there), ZERO),
        offset=sum((month.offset for month in there), ZERO),
        months=months,
    )


def _events(postings: Sequence[PostingView]) -> list[DepositEvent]:
    """What each entry did, in the month it was done for: of a release and of a bill that is in their names."""
    entries: dict[tuple[str, str], list[PostingView]] = {}
    for posting in postings:
        entries.setdefault((posting.source, posting.source_id), []).append(posting)
    return [
        DepositEvent(
            _month_of(legs[0]),
            -sum((p.amount for p in legs if p.general_account is GeneralAccount.PREMIUM_UNRELEASED), ZERO),
            -sum((p.amount for p in legs if p.general_account is GeneralAccount.PREMIUM_RELEASED), ZERO),
        )
        for legs in entries.values()
    ]


def _month_of(posting: PostingView) -> Month:
    if posting.source == _RELEASE:
        return Month.parse(posting.source_id.rpartition(":")[2])
    if posting.source == "premium_use":
        # B202610-00000042:18655109999
        return Month.parse(f"{posting.source_id[1:5]}-{posting.source_id[5:7]}")
    return Month.of(posting.at)
