"""`trunkline bill`: the bill run, bills and their PDF."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from trunkline.billing import documents, queries
from trunkline.billing.types import BILL_STATE_NAMES, BillLineView, BillState, BillView
from trunkline.interfaces.cli.door import BROKEN, command_for
from trunkline.interfaces.cli.output import Column, Output, console
from trunkline.interfaces.cli.values import MONTH, file_option, write_file
from trunkline.interfaces.cli.words import Group, option, say
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.runs import billrun
from trunkline.runs.types import RUN_STATE_NAMES, BillRunView, RunProgress
from trunkline.security.audit import acting
from trunkline.security.types import Actor

bill = Group("bill", text=Text("账单:出账、查看、打印", "Bills: run a month, list, show, PDF"))

_LIST: tuple[Column[BillView], ...] = (
    Column(Text("ID", "ID"), lambda b: b.id, right=True),
    Column(Text("账单号", "Number"), lambda b: b.number),
    Column(Text("月份", "Month"), lambda b: str(b.month)),
    Column(Text("账户", "Account"), lambda b: b.account_id, right=True),
    Column(Text("状态", "State"), lambda b: BILL_STATE_NAMES[b.state]),
    Column(Text("合计", "Total"), lambda b: b.total, right=True),
    Column(Text("其中税额", "Tax"), lambda b: b.tax_total, right=True),
    Column(Text("靓号预存支付", "From deposit"), lambda b: b.from_deposit, right=True),
    Column(Text("应缴", "Cash due"), lambda b: b.cash_due, right=True),
    Column(Text("已缴", "Paid"), lambda b: b.paid, right=True),
    Column(Text("到期日", "Due"), lambda b: b.due_on),
)
_LINES: tuple[Column[BillLineView], ...] = (
    Column(Text("号码", "Number"), lambda line: line.number),
    Column(Text("项目", "Charge"), lambda line: line.title),
    Column(Text("数量", "Quantity"), lambda line: f"{line.quantity} {line.unit}", right=True),
    Column(Text("套餐内", "In allowance"), lambda line: line.allowance_used, right=True),
    Column(Text("单价", "Price"), lambda line: f"{line.unit_price:.4f}", right=True),
    Column(Text("金额", "Amount"), lambda line: line.amount, right=True),
    Column(Text("税率", "Tax"), lambda line: f"{line.tax_rate:.0%}", right=True),
    Column(Text("资费依据", "Reference"), lambda line: line.price_reference),
)
