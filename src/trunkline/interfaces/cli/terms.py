"""`trunkline agreement review`, `renewal`, `renew`, `end`, `health`: decisions on an agreement, and how it stands."""

from __future__ import annotations

from datetime import datetime

import click

from trunkline.agreements import operations
from trunkline.agreements.types import AGREEMENT_STATE_NAMES
from trunkline.counter.agreement_health import AgreementHealth, PremiumHealth, agreement_health
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.words import Group, option, say
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

_AGREEMENT = click.argument("agreement_id", type=int, metavar="ID")
_NOTE = option("--note", default="", text=Text("意见；退回或反对时必填", "The note; needed for a no"))

_HEALTH: tuple[Column[AgreementHealth], ...] = (
    Column(Text("协议编号", "Number"), lambda h: h.agreement.number),
    Column(Text("状态", "State"), lambda h: AGREEMENT_STATE_NAMES[h.agreement.state]),
    Column(Text("承诺户数", "Members promised"), lambda h: h.progress.promised),
    Column(Text("已入网", "Joined"), lambda h: h.progress.joined),
    Column(Text("在用", "Active"), lambda h: h.progress.active),
    Column(Text("停机", "Stopped"), lambda h: h.progress.stopped),
    Column(Text("已销户", "Ended"), lambda h: h.progress.ended),
    Column(Text("约定预存", "Deposits agreed"), lambda h: h.deposits),
    Column(Text("未解冻", "Not released"), lambda h: h.unreleased),
    Column(Text("结转", "Carried over"), lambda h: h.carried_over),
    Column(Text("逾期欠费", "Overdue"), lambda h: h.arrears),
    Column(Text("未付合计", "Owed"), lambda h: h.owed),
    Column(Text("已给补贴与优惠", "Benefits given"), lambda h: h.benefits_given),
    Column(Text("届满日", "Last day"), lambda h: h.agreement.ends_on),
    Column(Text("剩余天数", "Days left"), lambda h: h.progress.days_left),
    Column(Text("顺延后至", "Renewed until"), lambda h: h.renewal.new_end if h.renewal else None),
    Column(
        Text("不能顺延的原因", "Why not renewed"),
        lambda h: tuple(f"[{r.clause}] {say(r.text)}" for r in h.renewal.against) if h.renewal else None,
    ),
)
_PREMIUMS: tuple[Column[PremiumHealth], ...] = (
    Column(Text("靓号", "Premium number"), lambda p: p.number),
    Column(Text("预存", "Deposit"), lambda p: p.deposit, right=True),
    Column(Text("未解冻", "Not released"), lambda p: p.unreleased, right=True),
    Column(Text("已解冻未用", "Released, unused"), lambda p: p.carried_over, right=True),
    Column(Text("最近账单", "Last bill"), lambda p: p.billed, right=True),
    Column(Text("月最低消费", "Minimum a month"), lambda p: p.minimum_monthly, right=True),
)


@command_for(
    "agreement.review",
    None,
    "review",
    text=Text("审核协议：通过，或退回并说明原因", "Review the terms: approve, or return with the reason"),
    examples=("trunkline --as department agreement review 12 --approve",),
)
@_AGREEMENT
@option("--approve/--return", "approve", required=True, text=Text("通过或退回", "Approve or return"))
@_NOTE
def review(*, agreement_id: int, approve: bool, note: str, actor: Actor, at: datetime, out: Output) -> None:
    """Somebody other than the author decides (domain 8.4)."""
    state = operations.review_agreement(
        agreement_id=agreement_id, approve=approve, note=note, actor=actor, at=at
    )
    out.done({"id": agreement_id, "state": state}, Text("协议 {id} 已审核", "Agreement {id} is reviewed"))


renewal = Group("renewal", text=Text("顺延审核：客户经理审核、后台批准", "Renewal: reviewed, then approved"))


@command_for(
    "renewal.review",
    renewal,
    "review",
    text=Text("审核顺延：建议顺延或提出特殊情况", "Recommend the renewal or object to it"),
)
@_AGREEMENT
@option("--renew/--object", "renew", required=True, text=Text("建议顺延或反对", "Recommend or object"))
@_NOTE
def review_renewal(
    *, agreement_id: int, renew: bool, note: str, actor: Actor, at: datetime, out: Output
) -> None:
    """Near the end of the term (P2-27)."""
    operations.review_renewal(agreement_id=agreement_id, renew=renew, note=note, actor=actor, at=at)
    out.done(
        {"id": agreement_id, "renew": renew},
        Text("协议 {id} 的顺延已审核，待批准", "The renewal of agreement {id} waits for approval"),
    )


@command_for(
    "renewal.decide", renewal, "decide", text=Text("批准或退回顺延审核", "Approve the review or return it")
)
@_AGREEMENT
@option("--approve/--return", "approve", required=True, text=Text("批准或退回", "Approve or return"))
@_NOTE
def decide_renewal(
    *, agreement_id: int, approve: bool, note: str, actor: Actor, at: datetime, out: Output
) -> None:
    """Another person than the reviewer (P2-27)."""
    operations.decide_renewal(agreement_id=agreement_id, approve=approve, note=note, actor=actor, at=at)
    out.done(
        {"id": agreement_id, "approve": approve},
        Text("协议 {id} 的顺延审核已处理", "The renewal review of agreement {id} is decided"),
    )


@command_for("agreement.renew", None, "renew", text=Text("顺延壹年", "Extend the term by one year"))
@_AGREEMENT
def renew(*, agreement_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """As its review allows (P2-27)."""
    ends_on = operations.renew_agreement(agreement_id=agreement_id, actor=actor, at=at)
    out.done(
        {"id": agreement_id, "ends_on": ends_on},
        Text("协议 {id} 顺延至 {ends_on}", "Agreement {id} runs until {ends_on}"),
    )


@command_for("agreement.end", None, "end", text=Text("到期终止", "End an agreement at its term"))
@_AGREEMENT
def end(*, agreement_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """As its review decided (P2-27)."""
    operations.end_agreement(agreement_id=agreement_id, actor=actor, at=at)
    out.done({"id": agreement_id}, Text("协议 {id} 已终止", "Agreement {id} is ended"))


@command_for(
    "agreement.view",
    None,
    "health",
    text=Text("协议健康状况", "How an agreement stands"),
    examples=("trunkline agreement health 12 --json",),
)
@_AGREEMENT
def health(*, agreement_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """Members, commitments, deposits, arrears, the end of the term and the renewal."""
    found = agreement_health(agreement_id, local_date(at))
    if out.as_json:
        totals = {
            name: getattr(found, name)
            for name in ("deposits", "unreleased", "carried_over", "benefits_given")
        }
        out.data({"health": found, "short": found.progress.short, **totals})
        return
    out.record(found, [(column.title, column.value(found)) for column in _HEALTH])
    if found.premiums:
        out.rows(_PREMIUMS, found.premiums)


COMMANDS = (review, renewal, renew, end, health)
