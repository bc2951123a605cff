"""`trunkline order apply`: any service item, for one line or many."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from trunkline.counter import desk
from trunkline.counter.choosing import choices, written_rows
from trunkline.counter.registry import service_item
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.orders import PaperType, order, show_order
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import READABLE
from trunkline.interfaces.cli.words import option
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.ordering.engine import JudgedLine, Judgement
from trunkline.ordering.types import Completion, OrderRequest, OrderView, PaperKind, Scan, ShownPaper
from trunkline.security.types import Actor

_PREVIEW: tuple[Column[JudgedLine], ...] = (
    Column(Text("号码", "Number"), lambda j: j.line.number),
    Column(Text("使用人", "User"), lambda j: j.line.user_name),
    Column(
        Text("结果", "Result"),
        lambda j: Text(
            "；".join(f"{r.text.zh} [{r.clause}]" for r in j.refusals)
            or "；".join(f"{c.name.zh}：{c.before} → {c.after}" for c in j.line.changes),
            "; ".join(f"{r.text.en} [{r.clause}]" for r in j.refusals)
            or "; ".join(f"{c.name.en}: {c.before} → {c.after}" for c in j.line.changes),
        ),
    ),
)


class ScanType(click.ParamType[Scan]):
    """KIND=FILE: a page of a paper, scanned."""

    name = "KIND=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Scan:
        kind, _, written = str(value).partition("=")
        if kind not in set(PaperKind):
            self.fail(f"{kind!r} is none of: {', '.join(PaperKind)}", param, ctx)
        path: Path = READABLE.convert(written, param, ctx)
        return Scan(PaperKind(kind), path.name, path.read_bytes())


def _details(pairs: tuple[str, ...]) -> dict[str, Any]:
    split = [pair.partition("=") for pair in pairs]
    wrong = [name for name, mark, _ in split if not mark]
    if wrong:
        raise click.UsageError(f"--set needs NAME=VALUE: {', '.join(wrong)}")
    return {name: value for name, _, value in split}


@command_for(
    "order.place",
    order,
    "apply",
    text=Text("办理任一服务项目", "Apply for any service item"),
    examples=(
        "trunkline --as hf.clerk order apply suspension 3 --handler 5 --line 18655100001 \\",
        "    --paper handler_id=3401… --paper letter_of_introduction=J-1 --dry-run",
        "trunkline --as hf.clerk order apply number_change 3 --handler 5 --lines numbers.txt --what-passes …",
    ),
)
@click.argument("item_code", metavar="ITEM")
@click.argument("organization_id", type=int, metavar="ORGANISATION")
@option("--handler", type=int, default=None, text=Text("经办人ID", "The handler's id"))
@option(
    "--line",
    "rows",
    multiple=True,
    metavar="NUMBER [VALUES]",
    text=Text("号码，其后为逐号内容（可多次）", "A number and what is asked for it (repeatable)"),
)
@option(
    "--lines",
    "file",
    type=READABLE,
    default=None,
    text=Text("号码文件，每行一个", "A file, one number a row"),
)
@option(
    "--set",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    text=Text("办理内容（可多次）", "An answer (repeatable)"),
)
@option(
    "--paper",
    "papers",
    type=PaperType(),
    multiple=True,
    text=Text("证件资料（已核原件、盖章、留存）", "A paper shown, sealed and copied (repeatable)"),
)
@option(
    "--scan",
    "scans",
    type=ScanType(),
    multiple=True,
    text=Text("证件扫描件（可多次）", "A scan of a paper (repeatable)"),
)
@option(
    "--what-passes",
    is_flag=True,
    text=Text("通过的先办理，其余退回", "What passes goes on, the rest is handed back"),
)
@option("--key", default="", text=Text("幂等键", "Idempotency key"))
@option("--dry-run", is_flag=True, text=Text("只试算，不受理", "Only show what would happen"))
def apply_for(
    *,
    item_code: str,
    organization_id: int,
    handler: int | None,
    rows: tuple[str, ...],
    file: Path | None,
    pairs: tuple[str, ...],
    papers: tuple[ShownPaper, ...],
    scans: tuple[Scan, ...],
    what_passes: bool,
    key: str,
    dry_run: bool,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Refused with every reason and its clause; nothing has changed then."""
    item = service_item(item_code)
    written = (*rows, *(file.read_text(encoding="utf-8").splitlines() if file else ()))
    request = OrderRequest(
        item_code=item_code,
        organization_id=organization_id,
        handler_id=handler,
        papers=papers,
        details=_details(pairs),
        lines=choices(written_rows(written, item.line_fields)),
        completion=Completion.WHAT_PASSES if what_passes else Completion.ALL_OR_NOTHING,
        idempotency_key=key,
        scans=scans,
    )
    if dry_run:
        _show_judgement(desk.dry_run(request, actor=actor, at=at), request.completion, out)
    else:
        show_order(desk.place(request=request, actor=actor, at=at), out)


def _show_judgement(judged: Judgement, completion: Completion, out: Output) -> None:
    if out.as_json:
        out.data(judged)
        return
    out.rows(_PREVIEW, judged.lines)
    if reasons := judged.reasons(completion):
        raise Refused(reasons)


def _steer(name: str, text: Text, verb: Any) -> None:
    @command_for(f"order.{name}", order, name, text=text)
    @click.argument("order_id", type=int, metavar="ID")
    def run(*, order_id: int, actor: Actor, at: datetime, out: Output) -> None:
        changed: OrderView = verb(order_id=order_id, actor=actor, at=at)
        show_order(changed, out)


for _name, _text, _verb in (
    ("stop", Text("暂停一张订单", "Hold an order"), desk.stop),
    ("resume", Text("继续一张订单", "Go on with a held order"), desk.resume),
    ("retry", Text("重新办理失败的订单", "Try a failed order again"), desk.retry),
    ("cancel", Text("撤单", "Withdraw an order"), desk.cancel),
    ("release", Text("立即执行预约订单", "Carry a booked order out"), desk.release),
):
    _steer(_name, _text, _verb)
