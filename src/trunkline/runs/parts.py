"""Billing a set of accounts: whoever can be billed is, whoever cannot is parked with the reason."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import psycopg
from django.db import DataError, IntegrityError, connection, transaction

from trunkline.billing.operations import issue_bills
from trunkline.billing.types import BillDraft
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.party.queries import accounts_by_id
from trunkline.runs.work import Work
from trunkline.security.types import Actor

log = logging.getLogger(__name__)

#: What wrong data of one account can make the pure rules raise, besides refusing.
_DATA_ERRORS = (ArithmeticError, LookupError, TypeError, ValueError)
#: What the database makes of such data; a COPY raises the driver's own errors.
_REFUSALS = (Refused, IntegrityError, DataError, psycopg.IntegrityError, psycopg.DataError)

NOT_BILLABLE = Refusal(
    "run.not_billable",
    "",
    Text("计费出错：{error}", "Making the bill failed: {error}"),
)

#: Account, branch, reason.
Parked = tuple[int, int, Refusal]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Bills issued, their sum, and who had to be parked."""

    bills: int
    amount: Decimal
    parked: tuple[Parked, ...]


def bill_accounts(account_ids: Sequence[int], work: Work, *, actor: Actor, at: datetime) -> Outcome:
    """Make and issue the bills of accounts; must stand inside an operation."""
    views = accounts_by_id(account_ids)
    usage = work.usage(account_ids)
    drafts: list[BillDraft] = []
    parked: list[Parked] = []
    for account_id in account_ids:
        view = views[account_id]
        try:
            drafts.append(work.draft(view, usage))
        except Refused as refused:
            parked.append((account_id, view.branch_id, refused.refusals[0]))
        except _DATA_ERRORS as error:
            log.exception("account %s could not be billed", view.code)
            parked.append((account_id, view.branch_id, NOT_BILLABLE.filled(error=repr(error))))
    issued = _issue(drafts, work.facts.month, actor, at)
    return Outcome(issued.bills, issued.amount, (*parked, *issued.parked))


def _issue(drafts: Sequence[BillDraft], month: Month, actor: Actor, at: datetime) -> Outcome:
    """Issue all at once; when one of them cannot be, halve until it stands alone, and park it."""
    if not drafts:
        return Outcome(0, ZERO, ())
    try:
        with transaction.atomic():
            issued = issue_bills(month=month, drafts=drafts, actor=actor, at=at)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return Outcome(issued.bills, issued.amount, ())
    except _REFUSALS as error:
        if len(drafts) == 1:
            log.warning("account %s could not be billed: %s", drafts[0].account_id, error)
            reason = (
                error.refusals[0]
                if isinstance(error, Refused)
                else NOT_BILLABLE.filled(error=str(error).splitlines()[0])
            )
            return Outcome(0, ZERO, ((drafts[0].account_id, drafts[0].branch_id, reason),))
    half = len(drafts) // 2
    first, second = _issue(drafts[:half], month, actor, at), _issue(drafts[half:], month, actor, at)
    return Outcome(first.bills + second.bills, first.amount + second.amount, first.parked + second.parked)


def record_parked(run_id: int, parked: Sequence[Parked], at: datetime) -> None:
    """Write down who was parked, and why."""
    insert_rows(
        "runs_parkedaccount",
        ("run_id", "branch_id", "account_id", "reason_code", "reason", "reason_en", "parked_at"),
        (
            (run_id, branch, account, reason.code, reason.text.zh, reason.text.en, at)
            for account, branch, reason in parked
        ),
    )
