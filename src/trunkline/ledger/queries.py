"""Reads of the ledger. Balances for people are positive; in postings debit is positive, credit negative."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Q, Sum

from trunkline.kernel.money import ZERO
from trunkline.ledger.models import Posting
from trunkline.ledger.rules import held
from trunkline.ledger.types import GeneralAccount, PostingView, PremiumBalance, PremiumMonth

#: First key of the advisory locks on accounts whose deposits are drawn on; the schema's trigger takes it too.
DEPOSIT_LOCK = 41
_PREMIUM = (GeneralAccount.PREMIUM_UNRELEASED, GeneralAccount.PREMIUM_RELEASED)
#: Liabilities, shown to people as positive yuan.
_LIABILITIES = frozenset({GeneralAccount.CUSTOMER_DEPOSIT, *_PREMIUM})


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


def premium_month(account_id: int, until: datetime) -> tuple[PremiumMonth, ...]:
    """What the bill entered at `until` did with each premium deposit of its account, and what it left."""
    rows = (
        Posting.objects.filter(account_id=account_id, general_account__in=_PREMIUM, entry__at__lte=until)
        .exclude(subject="")
        .values("subject")
        .annotate(
            unreleased=Sum("amount", filter=Q(general_account=GeneralAccount.PREMIUM_UNRELEASED)),
            left=Sum("amount", filter=Q(general_account=GeneralAccount.PREMIUM_RELEASED)),
            now_released=Sum("amount", filter=_now(until, "premium_release")),
            now_used=Sum("amount", filter=_now(until, "premium_use")),
        )
        .order_by("subject")
    )
    return tuple(
        PremiumMonth(
            number=row["subject"],
            released=held(row["now_released"] or ZERO),
            used=row["now_used"] or ZERO,
            carried_over=held(row["left"] or ZERO),
            unreleased=held(row["unreleased"] or ZERO),
        )
        for row in rows
    )


def _now(at: datetime, source: str) -> Q:
    return Q(entry__at=at, entry__source=source, general_account=GeneralAccount.PREMIUM_RELEASED)


def locked_premium_balances(account_ids: Iterable[int]) -> dict[tuple[int, str], PremiumBalance]:
    """The premium deposits of accounts, which nobody else draws on until the transaction ends."""
    owners = sorted({account for account, _ in premium_balances(account_ids)})
    if not owners:
        return {}
    lock_deposits(owners)
    return premium_balances(owners)


def customer_deposits(account_ids: Iterable[int]) -> dict[int, Decimal]:
    """Money held for accounts that has met no bill yet; accounts without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, -sum(amount) FROM ledger_posting "
            "WHERE account_id = ANY(%s) AND general_account = %s GROUP BY account_id HAVING sum(amount) <> 0",
            [list(account_ids), GeneralAccount.CUSTOMER_DEPOSIT],
        )
        return dict(cursor.fetchall())


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
    return tuple(
        PostingView(
            at=row.entry.at,
            source=row.entry.source,
            source_id=row.entry.source_id,
            narration=row.entry.narration,
            general_account=GeneralAccount(row.general_account),
            subject=row.subject,
            amount=row.amount,
        )
        for row in rows[:limit]
    )


def trial_balance() -> dict[GeneralAccount, Decimal]:
    """Every general account's sum over the actor's branches, debit positive; they sum to zero."""
    sums = dict.fromkeys(GeneralAccount, ZERO)
    for code, total in Posting.objects.values_list("general_account").annotate(Sum("amount")).order_by():
        sums[GeneralAccount(code)] = total
    return sums
