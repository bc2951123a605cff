"""`trunkline bill`: the bill run, bills and their PDF."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from trunkline.runs.queries import parked_accounts
from trunkline.runs.types import RUN_STATE_NAMES, BillRunView, ParkedView, RunProgress
from trunkline.security.audit import acting
from trunkline.security.types import Actor

bill = Group("bill", text=Text("账单：出账、查看、打印", "Bills: run a month, list, show, PDF"))

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
_RUNS: tuple[Column[BillRunView], ...] = (
    Column(Text("月份", "Month"), lambda r: str(r.month)),
    Column(Text("状态", "State"), lambda r: RUN_STATE_NAMES[r.state]),
    Column(Text("应出账户", "Expected"), lambda r: r.expected, right=True),
    Column(Text("账单", "Bills"), lambda r: r.bills, right=True),
    Column(Text("金额", "Amount"), lambda r: r.amount, right=True),
    Column(Text("挂起", "Parked"), lambda r: r.parked, right=True),
    Column(Text("完成时间", "Finished"), lambda r: r.finished_at),
)
_PARKED: tuple[Column[ParkedView], ...] = (
    Column(Text("账户", "Account"), lambda p: p.code),
    Column(Text("挂起原因", "Why it is parked"), lambda p: p.reason),
)


@contextmanager
def _progress(out: Output) -> Iterator[billrun.Progress | None]:
    """A bar on standard error with bills a second; nothing when a program reads, or nobody watches."""
    errors = console(stderr=True)
    if out.as_json or not errors.is_terminal:
        yield None
        return
    started = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors) as bar:
        task = bar.add_task(say(Text("批价", "Rating")), total=None)

        def told(state: RunProgress) -> None:
            rate = state.bills / max(time.monotonic() - started, 1e-9)
            words = Text(f"{state.bills:,} 张账单，{rate:,.0f}/秒", f"{state.bills:,} bills, {rate:,.0f}/s")
            bar.update(task, description=say(words), total=state.parts, completed=state.parts_done)

        yield told


@command_for(
    "bill.run",
    bill,
    "run",
    text=Text(
        "批价并出账一个月；中断后再执行即继续", "Rate and bill a month; run again to go on after a break"
    ),
    examples=("trunkline bill run 2026-10",),
    one_transaction=False,
)
@click.argument("month", type=MONTH)
def run(*, month: Month, actor: Actor, at: datetime, out: Output) -> None:
    """Exit status 1 when accounts had to be parked."""
    with _progress(out) as told:
        done = billrun.run_month(month=month, actor=actor, at=at, progress=told)
    _show_run(done, actor, out)


@command_for(
    "bill.retry",
    bill,
    "retry",
    text=Text("对一个月挂起的账户重新出账", "Bill the parked accounts of a month again"),
    examples=("trunkline bill retry 2026-10",),
    one_transaction=False,
)
@click.argument("month", type=MONTH)
def retry(*, month: Month, actor: Actor, at: datetime, out: Output) -> None:
    """Once their reason is gone. Exit status 1 when accounts stay parked."""
    _show_run(billrun.retry_parked(month=month, actor=actor, at=at), actor, out)


def _show_run(done: BillRunView, actor: Actor, out: Output) -> None:
    """The run, and the accounts that are parked; with any of them the program ends with status 1."""
    if out.as_json:
        out.data(done)
    else:
        out.rows(_RUNS, (done,))
    if done.parked:
        with acting(actor):
            parked = parked_accounts(done.id, open_only=True)
        if not out.as_json:
            out.rows(_PARKED, parked)
        raise click.exceptions.Exit(BROKEN)


@command_for("bill.view", bill, "runs", text=Text("列出出账批次", "List the bill runs"))
def runs(*, actor: Actor, at: datetime, out: Output) -> None:
    """The newest month first."""
    out.rows(_RUNS, billrun.bill_runs())


@command_for(
    "bill.view",
    bill,
    "list",
    text=Text("列出账单", "List bills"),
    examples=("trunkline bill list 银行 --month 2026-09 --open",),
)
@click.argument("words", default="", metavar="[TEXT]")
@option("--month", type=MONTH, default=None, text=Text("月份", "Month"))
@option("--open", "open_only", is_flag=True, text=Text("只列未缴清的", "Only those not paid"))
@option("--limit", default=50, show_default=True, text=Text("最多列出多少张", "How many at most"))
def list_bills(
    *, words: str, month: Month | None, open_only: bool, limit: int, actor: Actor, at: datetime, out: Output
) -> None:
    """By organisation or bill number."""
    state = BillState.OPEN if open_only else None
    out.rows(_LIST, queries.find_bills(month=month, state=state, text=words, limit=limit))


@command_for("bill.view", bill, "show", text=Text("查看一张账单及每行依据", "Show a bill and why each line"))
@click.argument("bill_id", type=int, metavar="ID")
def show(*, bill_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """With its lines; JSON holds the explanations whole."""
    found, lines = queries.bill(bill_id), queries.bill_lines(bill_id)
    if out.as_json:
        out.data({"bill": found, "lines": lines, "tax": queries.tax_lines(bill_id)})
        return
    out.record(found, [(column.title, column.value(found)) for column in _LIST])
    out.rows(_LINES, lines)


@command_for("bill.view", bill, "pdf", text=Text("把账单写成 PDF", "Write a bill as PDF"))
@click.argument("bill_id", type=int, metavar="ID")
@file_option("bill.pdf")
def pdf(*, bill_id: int, target: Path, actor: Actor, at: datetime, out: Output) -> None:
    """As it is sent."""
    write_file(target, documents.bill_document(bill_id, at), out)
