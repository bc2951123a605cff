"""`trunkline agreement`: framework agreements from draft to the registered originals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from trunkline.agreements import documents, operations, queries
from trunkline.agreements.clauses.parameters import defaults, read_all
from trunkline.agreements.clauses.queries import template_named
from trunkline.agreements.rules.business import BUSINESS_FIELDS
from trunkline.agreements.types import (
    AGREEMENT_STATE_NAMES,
    BUSINESS_KIND_NAMES,
    MINIMUM_MEMBERS,
    AgreementTerms,
    AgreementView,
    AttachmentView,
    BusinessKind,
    OriginalView,
    PremiumTerms,
    SignatureView,
)
from trunkline.catalog.types import FirstMonthMode
from trunkline.interfaces.cli.clauses import COMMANDS as LIBRARY
from trunkline.interfaces.cli.deposits import deposits
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.members import members
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.signing import COMMANDS as SIGNING
from trunkline.interfaces.cli.simulating import simulate_agreement
from trunkline.interfaces.cli.terms import COMMANDS as TERM
from trunkline.interfaces.cli.values import NOT_A_PAIR, file_option, pairs, write_file
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.numbering.queries import grades, numbers
from trunkline.security.types import Actor

agreement = Group(
    "agreement",
    text=Text("入网协议：起草、打印、签署、登记原件", "Agreements: draft, print, sign, originals"),
)

_LIST: tuple[Column[AgreementView], ...] = (
    Column(Text("ID", "ID"), lambda a: a.id, right=True),
    Column(Text("协议编号", "Number"), lambda a: a.number),
    Column(Text("集团客户", "Organisation"), lambda a: a.organization_id, right=True),
    Column(Text("状态", "State"), lambda a: AGREEMENT_STATE_NAMES[a.state]),
    Column(Text("业务种类", "Business"), lambda a: BUSINESS_KIND_NAMES[a.business_kind]),
    Column(Text("套餐", "Plan"), lambda a: a.plan_code),
    Column(Text("生效", "From"), lambda a: a.effective_on),
    Column(Text("终止", "Until"), lambda a: a.ends_on),
    Column(Text("成员", "Members"), lambda a: a.members, right=True),
    Column(Text("已开通", "Connected"), lambda a: a.connected, right=True),
)
_PREMIUMS: tuple[Column[PremiumTerms], ...] = (
    Column(Text("靓号", "Premium number"), lambda p: p.number),
    Column(Text("等级", "Grade"), lambda p: p.grade),
    Column(Text("预存", "Deposit"), lambda p: p.prepayment, right=True),
    Column(Text("月数", "Months"), lambda p: p.months, right=True),
    Column(Text("月最低消费", "Minimum a month"), lambda p: p.minimum_monthly, right=True),
)
_ATTACHMENTS: tuple[Column[AttachmentView], ...] = (
    Column(Text("附件", "Attachment"), lambda a: a.ordinal, right=True),
    Column(Text("成员", "Members"), lambda a: a.members, right=True),
    Column(Text("已开通", "Connected"), lambda a: a.connected, right=True),
    Column(Text("签署方", "Signed by"), lambda a: sorted(a.signed_by)),
)
_SIGNATURES: tuple[Column[SignatureView], ...] = (
    Column(Text("签署方", "Side"), lambda s: s.side),
    Column(Text("附件", "Attachment"), lambda s: s.attachment, right=True),
    Column(Text("签字人", "Signer"), lambda s: s.signer_name),
    Column(Text("身份", "As"), lambda s: s.signer_role),
    Column(Text("签字", "Signed"), lambda s: s.signed_on),
    Column(Text("盖章", "Sealed"), lambda s: s.sealed_on),
)
_ORIGINALS: tuple[Column[OriginalView], ...] = (
    Column(Text("原件", "Original"), lambda o: o.ordinal, right=True),
    Column(Text("方", "Side"), lambda o: o.side),
    Column(Text("保管人", "Holder"), lambda o: o.holder),
    Column(Text("存放地点", "Place"), lambda o: o.place),
)

NOT_PREMIUM = Refusal(
    "agreement.not_premium",
    "P2-02",
    Text("号码{subject}不是靓号，没有预存条款", "Number {subject} is not premium: it has no usual deposit"),
)


@command_for("agreement.view", agreement, "list", text=Text("列出协议", "List agreements"))
@click.argument("words", default="", metavar="[TEXT]")
@option(
    "--org", "organization_id", type=int, default=None, text=Text("某个集团客户的", "Of one organisation")
)
def list_agreements(
    *, words: str, organization_id: int | None, actor: Actor, at: datetime, out: Output
) -> None:
    """By number or by organisation."""
    if organization_id is not None:
        out.rows(_LIST, queries.agreements_of(organization_id))
    else:
        out.rows(_LIST, queries.find_agreements(words))


@command_for("agreement.view", agreement, "show", text=Text("查看一份协议", "Show one agreement"))
@click.argument("agreement_id", type=int, metavar="ID")
def show(*, agreement_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """One agreement with its signatures, originals and premium numbers."""
    found = queries.agreement(agreement_id)
    if out.as_json:
        out.data(
            {
                "agreement": found,
                "premiums": queries.premiums(agreement_id),
                "attachments": queries.attachments(agreement_id),
                "signatures": queries.signatures(agreement_id),
                "reviews": queries.reviews(agreement_id),
                "terms": queries.terms(agreement_id),
                "originals": queries.originals(agreement_id),
            }
        )
        return
    out.record(found, [(column.title, column.value(found)) for column in _LIST])
    if premiums := queries.premiums(agreement_id):
        out.rows(_PREMIUMS, premiums)
    if attachments := queries.attachments(agreement_id):
        out.rows(_ATTACHMENTS, attachments)
    if signatures := queries.signatures(agreement_id):
        out.rows(_SIGNATURES, signatures)
    if originals := queries.originals(agreement_id):
        out.rows(_ORIGINALS, originals)


def _premium_terms(
    values: tuple[str, ...], releases: tuple[str, ...], approval: str
) -> tuple[PremiumTerms, ...]:
    """The usual commitment of each number's grade (REG-25), released as `releases` say of some (P2-09)."""
    own = {number: _amounts(text) for number, text in pairs(releases).items()}
    usual = {grade.code: grade for grade in grades()}
    known = numbers(values)
    plain = [value for value in values if value not in known or known[value].grade not in usual]
    if plain:
        raise Refused(NOT_PREMIUM.about(value) for value in plain)
    return tuple(
        PremiumTerms(
            value,
            grade.code,
            grade.prepayment,
            len(own.get(value, ())) or grade.months,
            grade.minimum_monthly,
            own.get(value, ()),
            approval,
        )
        for value in values
        for grade in (usual[known[value].grade],)
    )


def _amounts(text: str) -> tuple[Decimal, ...]:
    try:
        return tuple(Decimal(part) for part in text.split(","))
    except InvalidOperation as error:
        raise Refused(NOT_A_PAIR.about(text)) from error


@command_for(
    "agreement.draft",
    agreement,
    "draft",
    text=Text("起草协议", "Draft an agreement"),
    examples=("trunkline agreement draft 3 --plan 3G-96 --first-month half --years 2 --premium 18655106666",),
)
@click.argument("organization_id", type=int, metavar="ORGANISATION")
@option("--plan", required=True, text=Text("套餐代码", "Code of the plan"))
@option(
    "--kind",
    type=click.Choice([k.value for k in BusinessKind]),
    default=BusinessKind.STANDARD_PLAN.value,
    show_default=True,
    text=Text("业务种类（P2-03）", "Business kind (P2-03)"),
)
@option("--terms", default="", text=Text("业务条款", "Business terms in words"))
@option(
    "--first-month",
    type=click.Choice([m.value for m in FirstMonthMode]),
    default=None,
    text=Text("首月资费标准（P2-04）", "First-month mode (P2-04)"),
)
@option("--years", type=int, default=2, show_default=True, text=Text("有效期（年）", "Term in years"))
@option(
    "--minimum",
    type=int,
    default=MINIMUM_MEMBERS,
    show_default=True,
    text=Text("入网户数下限", "Members promised"),
)
@option(
    "--cap",
    type=int,
    default=6,
    show_default=True,
    text=Text("流量封顶GB;0为不封顶", "Data cap in GB; 0 is none"),
)
@option("--terminal", default="", text=Text("终端型号", "Terminal model"))
@option(
    "--unsupported",
    multiple=True,
    text=Text("终端不支持的功能（P2-17）", "Feature the terminal lacks (P2-17)"),
)
@option(
    "--premium", multiple=True, metavar="NUMBER", text=Text("靓号（可多次）", "Premium number (repeatable)")
)
@option(
    "--releases",
    multiple=True,
    metavar="NUMBER=A,B,…",
    text=Text("靓号逐月解冻金额（P2-09）", "What each month releases of a number (P2-09)"),
)
@option(
    "--approval",
    default="",
    text=Text(
        "靓号承诺低于等级的审批文号", "Approval of asking less of a premium number than its grade does"
    ),
)
@option("--template", default="", text=Text("协议模板代码（P2-08）", "Code of the template (P2-08)"))
@option(
    "--business",
    multiple=True,
    metavar="NAME=VALUE",
    text=Text("业务种类的内容（P2-03）", "Fields of the kind of business (P2-03)"),
)
@option(
    "--value",
    multiple=True,
    metavar="NAME=VALUE",
    text=Text("条款参数（P2-08）", "Parameters of the clauses (P2-08)"),
)
def draft(
    *,
    organization_id: int,
    plan: str,
    kind: str,
    terms: str,
    first_month: str | None,
    years: int,
    minimum: int,
    cap: int,
    terminal: str,
    unsupported: tuple[str, ...],
    premium: tuple[str, ...],
    releases: tuple[str, ...],
    approval: str,
    template: str,
    business: tuple[str, ...],
    value: tuple[str, ...],
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """A draft; premium numbers are reserved for it."""
    by = template_named(template, local_date(at))
    agreed = AgreementTerms(
        organization_id=organization_id,
        business_kind=BusinessKind(kind),
        business_terms=terms,
        plan_code=plan,
        first_month_mode=first_month,
        term_years=years,
        minimum_members=minimum,
        data_cap_gb=cap or None,
        terminal_model=terminal,
        unsupported_features=unsupported,
        premiums=_premium_terms(premium, releases, approval),
        business_values=read_all(BUSINESS_FIELDS[BusinessKind(kind)], pairs(business)),
        template_id=by.id,
        clause_values={**defaults(by.parameters), **read_all(by.parameters, pairs(value))},
    )
    made = operations.draft_agreement(terms=agreed, actor=actor, at=at)
    out.done({"id": made}, Text("已起草协议 {id}", "Agreement {id} is drafted"))


@command_for("agreement.submit", agreement, "submit", text=Text("提交审核", "Hand a draft in for review"))
@click.argument("agreement_id", type=int, metavar="ID")
def submit(*, agreement_id: int, actor: Actor, at: datetime, out: Output) -> None:
    """From draft to review."""
    operations.submit_agreement(agreement_id=agreement_id, actor=actor, at=at)
    out.done({"id": agreement_id}, Text("协议 {id} 已提交审核", "Agreement {id} is in review"))


@command_for(
    "agreement.print",
    agreement,
    "print",
    text=Text("打印定稿（审核后）", "Print the final text (after review)"),
)
@click.argument("agreement_id", type=int, metavar="ID")
@file_option("agreement.pdf")
def print_final(*, agreement_id: int, target: Path, actor: Actor, at: datetime, out: Output) -> None:
    """Fix the terms and write the text as PDF."""
    operations.print_agreement(agreement_id=agreement_id, actor=actor, at=at)
    write_file(target, documents.agreement_document(agreement_id, at), out)


@command_for(
    "agreement.view",
    agreement,
    "pdf",
    text=Text("把协议或附件写成 PDF", "Write the agreement or an attachment as PDF"),
    examples=("trunkline agreement pdf 12 -o agreement.pdf", "trunkline agreement pdf 12 --attachment 1"),
)
@click.argument("agreement_id", type=int, metavar="ID")
@option("--attachment", "ordinal", type=int, default=None, text=Text("附件编号", "Number of the attachment"))
@file_option("agreement.pdf")
def pdf(
    *, agreement_id: int, ordinal: int | None, target: Path, actor: Actor, at: datetime, out: Output
) -> None:
    """As it is now."""
    if ordinal is None:
        write_file(target, documents.agreement_document(agreement_id, at), out)
    else:
        write_file(target, documents.attachment_document(agreement_id, ordinal, at), out)


for _command in (*SIGNING, *TERM, *LIBRARY, members, deposits, simulate_agreement):
    agreement.add_command(_command)
