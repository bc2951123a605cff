"""`trunkline ledger`: balances and the trial balance."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import click

from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.words import Group
from trunkline.kernel.text import Text
from trunkline.ledger import queries
from trunkline.ledger.types import GENERAL_ACCOUNT_NAMES, GeneralAccount, PostingView
from trunkline.party.queries import account
from trunkline.security.types import Actor

ledger = Group("ledger", text=Text("总账：账户余额、试算平衡", "Ledger: balances, trial balance"))

_SUMS: tuple[Column[tuple[GeneralAccount, Decimal]], ...] = (
    Column(Text("科目", "General account"), lambda row: GENERAL_ACCOUNT_NAMES[row[0]]),
    Column(Text("余额", "Balance"), lambda row: row[1], right=True),
)
_POSTINGS: tuple[Column[PostingView], ...] = (
    Column(Text("时间", "At"), lambda p: p.at),
    Column(Text("摘要", "Narration"), lambda p: p.narration),
    Column(Text("科目", "General account"), lambda p: GENERAL_ACCOUNT_NAMES[p.general_account]),
    Column(Text("号码", "Number"), lambda p: p.subject),
    Column(Text("金额", "Amount"), lambda p: p.amount, right=True),
)


@command_for(
    "ledger.view", ledger, "balance", text=Text("一个账户的余额和最近分录", "One account's balances")
)
@click.argument("account_id", type=int, metavar="ACCOUNT")
def balance(*, account_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """What the account owes and what is held for it, as positive yuan."""
    found = account(account_id)
    sums = queries.balances([account_id])[account_id]
    postings = queries.postings(account_id, limit=20)
    if out.as_json:
        out.data({"account": found, "balances": sums, "postings": postings})
        return
    out.line(Text("{code} {title}", "{code} {title}"), code=found.code, title=found.title)
    out.rows(_SUMS, tuple(sums.items()))
    if postings:
        out.rows(_POSTINGS, postings)


@command_for("ledger.view", ledger, "trial", text=Text("试算平衡表", "Trial balance"))
def trial(*, actor: Actor, at: datetime, out: Output) -> None:
    """Debit positive, credit negative; the sum is zero."""
    sums = queries.trial_balance()
    total = sum(sums.values(), Decimal("0.00"))
    if out.as_json:
        out.data({"accounts": sums, "total": total})
        return
    out.rows(_SUMS, tuple(sums.items()))
    out.line(Text("合计 {total:.2f}", "Total {total:.2f}"), total=total)
