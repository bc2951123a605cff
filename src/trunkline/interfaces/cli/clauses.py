"""`trunkline agreement templates`, `clause`: the clause library and its templates (P2-08)."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from trunkline.agreements.clauses import operations, queries
from trunkline.agreements.clauses.rules import parameter_of
from trunkline.agreements.clauses.types import (
    HEADING_NAMES,
    RENEWAL_RULE_NAMES,
    ClauseDraft,
    ClauseText,
    ClauseVersionView,
    Heading,
    RenewalRule,
    TemplateDraft,
    TemplateSettings,
    TemplateVersionView,
)
from trunkline.agreements.types import ClawBack
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import DAY, READABLE
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

clause = Group("clause", text=Text("条款库：查看、发布条款", "Clause library: list, show, publish"))
template = Group("template", text=Text("协议模板：查看、发布", "Agreement templates: list, show, publish"))

_CLAUSES: tuple[Column[ClauseVersionView], ...] = (
    Column(Text("ID", "ID"), lambda c: c.id, right=True),
    Column(Text("代码", "Code"), lambda c: c.code),
    Column(Text("版本", "Version"), lambda c: c.version, right=True),
    Column(Text("名称", "Title"), lambda c: c.title),
    Column(Text("所属条", "Article"), lambda c: HEADING_NAMES[c.body.heading]),
    Column(Text("参数", "Parameters"), lambda c: tuple(p.name for p in c.parameters)),
)
_TEMPLATES: tuple[Column[TemplateVersionView], ...] = (
    Column(Text("ID", "ID"), lambda t: t.id, right=True),
    Column(Text("代码", "Code"), lambda t: t.code),
    Column(Text("版本", "Version"), lambda t: t.version, right=True),
    Column(Text("名称", "Title"), lambda t: t.title),
    Column(Text("自", "From"), lambda t: t.valid_from),
    Column(Text("条款", "Clauses"), lambda t: tuple(c.code for c in t.clauses)),
    Column(Text("顺延", "Renewal"), lambda t: RENEWAL_RULE_NAMES[t.settings.renewal]),
)
CLAUSE_FILE_WRONG = Refusal(
    "clause.file_wrong",
    "P2-08",
    Text(
        "条款文件须为 JSON，含 code、heading、title、caption、text、parameters：{subject}",
        "A clause file is JSON with code, heading, title, caption, text, parameters: {subject}",
    ),
)


@command_for(
    "template.view", clause, "list", text=Text("列出条款的最新版本", "List the last version of each")
)
def list_clauses(*, actor: Actor, at: datetime, out: Output) -> None:
    """By article."""
    out.rows(_CLAUSES, queries.clauses())


@command_for("template.view", clause, "show", text=Text("查看条款的各个版本", "Show a clause's versions"))
@click.argument("code")
def show_clause(*, code: str, actor: Actor, at: datetime, out: Output) -> None:
    """The newest first, with their text; `--json` is what `publish` reads."""
    versions = queries.clause_versions(code)
    out.rows(_CLAUSES, versions)
    for version in versions:
        out.line(Text(f"v{version.version} {version.body.text}", f"v{version.version} {version.body.text}"))


@command_for(
    "clause.publish",
    clause,
    "publish",
    text=Text("从 JSON 文件发布条款或其新版本", "Publish a clause or its next version from JSON"),
    examples=("trunkline --as product agreement clause publish handset_return.json",),
)
@click.argument("file", type=READABLE)
def publish_clause(*, file: Path, actor: Actor, at: datetime, out: Output) -> None:
    """What is published never changes."""
    made = operations.publish_clause(draft=_clause_of(file), actor=actor, at=at)
    out.done({"id": made}, Text("已发布条款版本 {id}", "Clause version {id} is published"))


def _clause_of(file: Path) -> ClauseDraft:
    """A clause as a file has it; `Refused` for anything else."""
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return ClauseDraft(
            str(told["code"]),
            Text(**told["title"]),
            ClauseText(Heading(told["heading"]), str(told.get("caption", "")), str(told["text"])),
            tuple(parameter_of(record) for record in told.get("parameters", ())),
        )
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError) as error:
        raise Refused(CLAUSE_FILE_WRONG.about(str(error))) from error


@command_for("template.view", template, "list", text=Text("列出使用中的协议模板", "List templates in force"))
def list_templates(*, actor: Actor, at: datetime, out: Output) -> None:
    """The standard one first."""
    out.rows(_TEMPLATES, queries.templates_in_force(local_date(at)))


@command_for("template.view", template, "show", text=Text("查看模板的各个版本", "Show a template's versions"))
@click.argument("code")
def show_template(*, code: str, actor: Actor, at: datetime, out: Output) -> None:
    """The newest first."""
    out.rows(_TEMPLATES, queries.template_versions(code))


@command_for(
    "template.publish",
    template,
    "publish",
    text=Text("发布协议模板或其新版本", "Publish a template or its next version"),
    examples=(
        "trunkline --as product agreement template publish handset_campaign --zh 终端活动 --en Handsets "
        "--clause data_cap --clause handset_return --clause effect --from 2027-01-01 --reference 营销〔2026〕8号",
    ),
)
@click.argument("code")
@option("--zh", "title_zh", required=True, text=Text("中文名称", "Title in Chinese"))
@option("--en", "title_en", required=True, text=Text("英文名称", "Title in English"))
@option(
    "--clause", "codes", multiple=True, required=True, text=Text("条款代码，按正文顺序", "Clauses, in order")
)
@option("--from", "valid_from", type=DAY, required=True, text=Text("自", "From this day on"))
@option("--reference", required=True, text=Text("依据", "On whose word"))
@option(
    "--renewal", type=click.Choice([r.value for r in RenewalRule]), default=RenewalRule.AFTER_REVIEW.value,
    show_default=True, text=Text("顺延规则（P2-27）", "Rule of renewal (P2-27)"),
)  # fmt: skip
@option(
    "--repeats/--once",
    default=True,
    show_default=True,
    text=Text("可否多次顺延（Q-09）", "Renews again or once"),
)
@option(
    "--claw-back", type=click.Choice([c.value for c in ClawBack]), default=ClawBack.WHOLE.value,
    show_default=True, text=Text("违约追回补贴（P2-20）", "What a breach takes back (P2-20)"),
)  # fmt: skip
@option(
    "--warning-days",
    type=int,
    default=90,
    show_default=True,
    text=Text("户数不足提前提醒天数", "Warning days"),
)
def publish_template(
    *,
    code: str,
    title_zh: str,
    title_en: str,
    codes: tuple[str, ...],
    valid_from: date,
    reference: str,
    renewal: str,
    repeats: bool,
    claw_back: str,
    warning_days: int,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Of the last versions of its clauses."""
    draft = TemplateDraft(
        code=code,
        title=Text(title_zh, title_en),
        valid_from=valid_from,
        clause_versions=tuple(queries.clause_versions(each)[0].id for each in codes),
        reference=reference,
        settings=TemplateSettings(RenewalRule(renewal), repeats, ClawBack(claw_back), warning_days),
    )
    made = operations.publish_template(draft=draft, actor=actor, at=at)
    out.done({"id": made}, Text("已发布模板版本 {id}", "Template version {id} is published"))


COMMANDS = (clause, template)
