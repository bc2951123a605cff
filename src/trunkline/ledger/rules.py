"""Pure rules of entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting

UNBALANCED = Refusal(
    "ledger.unbalanced",
    "",
    Text("分录{subject}借贷不平：{total}", "Entry {subject} does not balance: {total}"),
)
TOO_FEW_LEGS = Refusal(
    "ledger.too_few_legs",
    "",
    Text("分录{subject}少于两笔", "Entry {subject} has fewer than two postings"),
)
BAD_AMOUNT = Refusal(
    "ledger.bad_amount",
    "",
    Text(
        "分录{subject}的金额为零或不到分：{amount}",
        "Entry {subject} posts nothing or parts of a fen: {amount}",
    ),
)
NO_CUSTOMER = Refusal(
    "ledger.account_missing",
    "",
    Text("分录{subject}的{general}须记到账户", "Entry {subject} must name the account for {general}"),
)

#: What is owed by or held for a customer is always posted to an account.
OF_A_CUSTOMER = frozenset(
    {
        GeneralAccount.RECEIVABLE,
        GeneralAccount.CUSTOMER_DEPOSIT,
        GeneralAccount.PREMIUM_UNRELEASED,
        GeneralAccount.PREMIUM_RELEASED,
    }
)


def entry_refusals(entries: Iterable[NewEntry]) -> tuple[Refusal, ...]:
    """Why entries may not be posted."""
    found: list[Refusal] = []
    for entry in entries:
        subject = f"{entry.source}:{entry.source_id}"
        if len(entry.postings) < 2:
            found.append(TOO_FEW_LEGS.about(subject))
        total = ZERO
        for posting in entry.postings:
            total += posting.amount
            if not posting.amount or posting.amount.as_tuple().exponent < -2:  # type: ignore[operator]
                found.append(BAD_AMOUNT.about(subject, amount=posting.amount))
            if posting.account_id is None and posting.general_account in OF_A_CUSTOMER:
                found.append(NO_CUSTOMER.about(subject, general=posting.general_account.value))
        if total:
            found.append(UNBALANCED.about(subject, total=total))
    return tuple(found)


def reversed_postings(postings: Sequence[NewPosting]) -> tuple[NewPosting, ...]:
    """The legs that undo `postings`."""
    return tuple(NewPosting(p.general_account, -p.amount, p.account_id, p.subject) for p in postings)


def held(amount: Decimal | None) -> Decimal:
    """A liability's balance as positive yuan: credits stand negative in the ledger."""
    return -amount if amount else ZERO
