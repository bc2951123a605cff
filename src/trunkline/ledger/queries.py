"""Reads of the ledger. Balances for people are positive; in postings debit is positive, credit negative."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.ledger.models import Entry, Posting
from trunkline.ledger.rules import held
from trunkline.ledger.types import GeneralAccount, PostingView, PremiumBalance, PremiumMonth

#: First key of the advisory locks on accounts whose deposits are drawn on; the schema's trigger takes it too.
DEPOSIT_LOCK = 41
_PREMIUM = (GeneralAccount.PREMIUM_UNRELEASED, GeneralAccount.PREMIUM_RELEASED)
#: Liabilities, shown to people as positive yuan.
_LIABILITIES = frozenset(
    {GeneralAccount.CUSTOMER_DEPOSIT, GeneralAccount.INTERNATIONAL_PREPAYMENT, *_PREMIUM}
)


def balances(account_ids: Iterable[int]) -> dict[int, dict[GeneralAccount, Decimal]]:
    """What each account owes and holds, every named account and only its customer's general accounts.

    A debt is a positive RECEIVABLE; deposits are positive too.
    """
    wanted = set(account_ids)
    found: dict[int, dict[GeneralAccount, Decimal]] = {account: {} for account in wanted}
    rows = (
        Posting.objects.filter(account_id__in=wanted)
        .values_list("account_id", "general_account")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    for account, code, total in rows:
        general = GeneralAccount(code)
        found[account][general] = held(total) if general in _LIABILITIES else total
    return found


def premium_balances(account_ids: Iterable[int] | None = None) -> dict[tuple[int, str], PremiumBalance]:
    """Premium deposits by account and number; with None, those of every account where something is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, subject, "
            "coalesce(-sum(amount) FILTER (WHERE general_account = %(unreleased)s), 0), "
            "coalesce(-sum(amount) FILTER (WHERE general_account = %(released)s), 0) FROM ledger_posting "
            "WHERE account_id IS NOT NULL AND general_account IN (%(unreleased)s, %(released)s) "
            "AND (%(accounts)s::bigint[] IS NULL OR account_id = ANY(%(accounts)s)) "
            "GROUP BY account_id, subject ORDER BY account_id, subject",
            {
                "unreleased": GeneralAccount.PREMIUM_UNRELEASED,
                "released": GeneralAccount.PREMIUM_RELEASED,
                "accounts": None if account_ids is None else list(account_ids),
            },
        )
        found = {
            (account, number): PremiumBalance(unreleased, released)
            for account, number, unreleased, released in cursor.fetchall()
        }
    if account_ids is not None:
        return found
    return {key: balance for key, balance in found.items() if balance.unreleased or balance.released}


def premium_month(account_id: int, *, bill: str, month: Month, until: datetime) -> tuple[PremiumMonth, ...]:
    """What a bill did with each premium deposit of its account, and what it left (P2-09, P2-10).

    `bill` is its number, `until` when it was issued. What it left is what the ledger held after the bill's own
    entries: others of that moment may stand before or behind them, as with two months billed at once, or with a
    deposit taken while a run that began earlier goes on. A bill without entries is told by its moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH posted AS (SELECT p.entry_id, e.at, p.general_account, p.subject, p.amount, "
            "e.source = 'bill' AND e.source_id = %(bill)s AS billed, "
            "e.source = 'premium_release' AND e.source_id = p.subject || %(release)s AS released, "
            "e.source = 'premium_use' AND e.source_id = %(bill)s || ':' || p.subject AS used "
            "FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id WHERE p.account_id = %(account)s), "
            "own AS (SELECT max(entry_id) AS last FROM posted WHERE billed OR released OR used) "
            "SELECT subject, "
            "coalesce(-sum(amount) FILTER (WHERE released AND general_account = %(released)s), 0), "
            "coalesce(sum(amount) FILTER (WHERE used AND general_account = %(released)s), 0), "
            "coalesce(-sum(amount) FILTER (WHERE general_account = %(released)s), 0), "
            "coalesce(-sum(amount) FILTER (WHERE general_account = %(unreleased)s), 0) "
            "FROM posted, own WHERE general_account IN (%(unreleased)s, %(released)s) AND subject <> '' "
            "AND CASE WHEN last IS NULL THEN at <= %(until)s ELSE entry_id <= last END "
            "GROUP BY subject ORDER BY subject",
            {
                "account": account_id,
                "bill": bill,
                "release": f":{account_id}:{month}",
                "until": until,
                "released": GeneralAccount.PREMIUM_RELEASED,
                "unreleased": GeneralAccount.PREMIUM_UNRELEASED,
            },
        )
        return tuple(PremiumMonth(*row) for row in cursor.fetchall())


def premium_postings(numbers: Iterable[str]) -> dict[tuple[int, str], tuple[PostingView, ...]]:
    """Every posting of premium deposits by account and number, the oldest first."""
    rows = (
        Posting.objects.filter(general_account__in=_PREMIUM, subject__in=set(numbers), account__isnull=False)
        .select_related("entry")
        .order_by("entry_id", "id")
    )
    found: dict[tuple[int, str], list[PostingView]] = {}
    for row in rows:
        found.setdefault((row.account_id or 0, row.subject), []).append(_posting(row))
    return {key: tuple(views) for key, views in found.items()}


def receivable_after(source: str, source_id: str, account_ids: Iterable[int]) -> Decimal:
    """What accounts owed together once the entry of a source was posted, whatever was posted since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE account_id = ANY(%s) AND general_account = %s "
            "AND entry_id <= (SELECT id FROM ledger_entry WHERE source = %s AND source_id = %s)",
            [list(account_ids), GeneralAccount.RECEIVABLE, source, source_id],
        )
        (owed,) = cursor.fetchone()
    return Decimal(owed)


def posted(source: str, source_ids: Iterable[str]) -> frozenset[str]:
    """Which of these have an entry."""
    rows = Entry.objects.filter(source=source, source_id__in=list(source_ids))
    return frozenset(rows.values_list("source_id", flat=True))


def locked_premium_balances(account_ids: Iterable[int]) -> dict[tuple[int, str], PremiumBalance]:
    """The premium deposits of accounts, which nobody else draws on until the transaction ends."""
    owners = sorted({account for account, _ in premium_balances(account_ids)})
    if not owners:
        return {}
    lock_deposits(owners)
    return premium_balances(owners)


def customer_deposits(account_ids: Iterable[int]) -> dict[int, Decimal]:
    """Money held for accounts that has met no bill yet and is free; accounts without any are left out.

    What was a prepayment of international services is not free: it names its number and is given back by rules of
    its own (S08-G2).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, -sum(amount) FROM ledger_posting "
            "WHERE account_id = ANY(%s) AND general_account = %s AND subject = '' "
            "GROUP BY account_id HAVING sum(amount) <> 0",
            [list(account_ids), GeneralAccount.CUSTOMER_DEPOSIT],
        )
        return dict(cursor.fetchall())


def international_prepayments(account_ids: Iterable[int]) -> dict[tuple[int, str], Decimal]:
    """国际业务预付款 held by account and number, in yuan (S08-F); those that hold nothing are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, subject, -sum(amount) FROM ledger_posting WHERE account_id = ANY(%s) "
            "AND general_account = %s GROUP BY account_id, subject HAVING sum(amount) <> 0",
            [list(account_ids), GeneralAccount.INTERNATIONAL_PREPAYMENT],
        )
        return {(account, number): amount for account, number, amount in cursor.fetchall()}


def lock_deposits(account_ids: Iterable[int]) -> None:
    """Let nobody else draw on the deposits of accounts until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, account_id) FROM unnest(%s::int[]) AS account_id",
            [DEPOSIT_LOCK, sorted(set(account_ids))],
        )


def postings(account_id: int, limit: int = 200) -> tuple[PostingView, ...]:
    """The postings of an account, the newest first."""
    rows = Posting.objects.filter(account_id=account_id).select_related("entry").order_by("-entry_id", "id")
    return tuple(_posting(row) for row in rows[:limit])


def _posting(row: Posting) -> PostingView:
    return PostingView(
        at=row.entry.at,
        source=row.entry.source,
        source_id=row.entry.source_id,
        narration=row.entry.narration,
        general_account=GeneralAccount(row.general_account),
        subject=row.subject,
        amount=row.amount,
    )


def trial_balance() -> dict[GeneralAccount, Decimal]:
    """Every general account's sum over the actor's branches, debit positive; they sum to zero."""
    sums = dict.fromkeys(GeneralAccount, ZERO)
    for code, total in Posting.objects.values_list("general_account").annotate(Sum("amount")).order_by():
        sums[GeneralAccount(code)] = total
    return sums
