"""`trunkline agreement deposits`: deposits of premium numbers."""

from __future__ import annotations

from datetime import datetime

import click

from trunkline.agreements import queries as agreements
from trunkline.billing.deposit_months import DepositMonth
from trunkline.billing.queries.premiums import DepositStanding, deposit_of_agreement, deposits_of_agreement
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

_STANDINGS: tuple[Column[DepositStanding], ...] = (
    Column(Text("号码", "Number"), lambda s: s.terms.number),
    Column(Text("约定预存", "Agreed"), lambda s: s.terms.prepayment, right=True),
    Column(Text("已收", "Received"), lambda s: s.received, right=True),
    Column(Text("未解冻", "Un-released"), lambda s: s.unreleased, right=True),
    Column(Text("结转", "Carried over"), lambda s: s.carried_over, right=True),
    Column(Text("已抵扣", "Used"), lambda s: s.used, right=True),
    Column(Text("折抵违约金", "Offset"), lambda s: s.offset, right=True),
)
_MONTHS: tuple[Column[DepositMonth], ...] = (
    Column(Text("月份", "Month"), lambda m: str(m.month)),
    Column(Text("计划", "Planned"), lambda m: Text("是", "yes") if m.planned else ""),
    Column(Text("本月解冻", "Released"), lambda m: m.released, right=True),
    Column(Text("可用", "Available"), lambda m: m.available, right=True),
    Column(Text("账单", "Bill"), lambda m: "" if m.bill is None else m.bill, right=True),
    Column(Text("预存款抵扣", "From deposit"), lambda m: m.used, right=True),
    Column(Text("应缴现金", "Cash due"), lambda m: "" if m.cash_due is None else m.cash_due, right=True),
    Column(Text("结转", "Carried over"), lambda m: m.carried_over, right=True),
    Column(Text("未解冻", "Un-released"), lambda m: m.unreleased, right=True),
)


@command_for(
    "agreement.view",
    None,
    "deposits",
    text=Text("靓号预存款及逐月解冻", "Deposits of premium numbers, month by month"),
    examples=("trunkline agreement deposits 12", "trunkline agreement deposits 12 18655109999 --json"),
)
@click.argument("agreement_id", type=int, metavar="ID")
@click.argument("number", required=False)
def deposits(*, agreement_id: int, number: str | None, actor: Actor, at: datetime, out: Output) -> None:
    """Of all its numbers, or the months of one: past ones from the ledger, those to come from the plan."""
    organization = agreements.agreement(agreement_id).organization_id
    if number is None:
        out.rows(_STANDINGS, deposits_of_agreement(agreement_id, organization))
    else:
        out.rows(_MONTHS, deposit_of_agreement(agreement_id, organization, number).months)
