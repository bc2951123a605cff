"""The 子用户号码表: checked without writing anything, and given back with the reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from trunkline.agreements import queries
from trunkline.agreements.rules.members import (
    LONGEST_NAME,
    MemberFacts,
    at_row,
    lookup_key,
    member_problems,
    resolved,
    sheet_refusals,
)
from trunkline.agreements.rules.terms import state_refusals
from trunkline.agreements.types import (
    OPEN,
    AgreementView,
    AttachmentView,
    CheckedRow,
    MemberCheck,
    MemberRow,
    MemberView,
)
from trunkline.catalog import queries as catalog
from trunkline.catalog.types import FIRST_MONTH_NAMES, FirstMonthMode, OfferingKind
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.sheets import Column, Sheet, read_sheet, write_sheet
from trunkline.kernel.text import Text
from trunkline.numbering import queries as numbering
from trunkline.numbering.leases.rules import customer_holder
from trunkline.numbering.rules import STOCK_EXHAUSTED
from trunkline.numbering.searching import NumberSearch
from trunkline.numbering.types import NumberKind
from trunkline.subscriptions.queries import live_lines_of_persons

#: Rows of one sheet.
MAX_ROWS = 50_000
#: So many problems are named by an operation; the sheet with reasons has them all.
_MOST_NAMED = 200

COLUMNS = (
    Column("name", Text("姓名", "Name"), aliases=("使用人", "实际使用人", "使用人姓名")),
    Column(
        "id_number",
        Text("证件号码", "ID number"),
        code=True,
        aliases=("身份证号", "身份证号码", "证件号", "使用人证件号码"),
    ),
    Column(
        "wanted_number", Text("意向号码", "Wanted number"), code=True, aliases=("号码", "手机号码", "选号")
    ),
    Column("plan_code", Text("套餐", "Plan"), aliases=("套餐代码", "套餐名称")),
    Column("first_month_mode", Text("首月资费", "First month"), aliases=("首月资费标准", "首月资费方式")),
    Column("terminal_model", Text("终端型号", "Terminal model"), aliases=("终端", "手机型号")),
    Column("imei", Text("串号", "IMEI"), code=True, aliases=("终端串号", "手机串号")),
)
REASON = Text("原因", "Reason")
#: Columns that may stand in the sheet and are passed over, so that a sheet with reasons can be sent again.
IGNORED = (REASON.zh, REASON.en, "序号", "No.")

MORE_PROBLEMS = Refusal(
    "member.more_problems",
    "",
    Text("另有{count}处问题，请下载问题清单", "And {count} more problems: download the list of problems"),
)
_NOTES = Text(
    "一行一个号码，每行都填写，不要合并单元格，不要使用公式。\n"
    "姓名、证件号码：实际使用人。意向号码：空着由系统从空闲普通号码中分配；靓号须先在协议中约定预存。\n"
    "套餐：填代码或名称。首月资费：3G套餐必选一种。终端型号、串号：自备机可只填串号，或都空着。",
    "One number a row; fill in every row, merge no cells and use no formulas.\n"
    "Name, ID number: the actual user. Wanted number: left empty, an idle ordinary number is given; "
    "a premium number needs its commitment in the agreement.\n"
    "Plan: code or name. First month: a 3G plan needs one. Terminal, IMEI: for an own handset the IMEI alone, or neither.",
)
_TITLE = Text("协议编号 {number}", "Agreement {number}")
_WIDTHS = (12, 22, 16, 20, 22, 16, 18)


def check_members(*, agreement_id: int, content: bytes, at: datetime) -> MemberCheck:
    """Go through a sheet and say everything that speaks against each row; nothing is written.

    `Refused` when the file is no readable sheet of the right columns, with 50,000 rows at most, or when there
    is no such agreement. The number of queries does not depend on the number of rows.
    """
    view = queries.agreement(agreement_id)
    sheet = read_sheet(content, columns=COLUMNS, max_rows=MAX_ROWS, ignored=IGNORED)
    read = [_row(row.number, row.values) for row in sheet.rows]
    replaced = replaceable_attachment(agreement_id)
    gone = queries.members_of_attachment(agreement_id, replaced.ordinal) if replaced else ()
    facts = _load_facts(view, read, replaced)
    problems = member_problems(
        read, facts, {row.number: row.faults.keys() for row in sheet.rows if row.faults}
    )
    return MemberCheck(
        agreement_id=agreement_id,
        sha256=hashlib.sha256(content).hexdigest(),
        header=sheet.header,
        rows=tuple(_checked(sheet, read, facts, problems)),
        problems=(
            *state_refusals(view.state, OPEN),
            *sheet_refusals(view.number, sheet.above),
            *_shortage(read, facts, gone),
        ),
        above=sheet.above,
    )


def replaceable_attachment(agreement_id: int) -> AttachmentView | None:
    """The attachment that a new sheet takes the place of: the one that nobody has signed."""
    return next((a for a in queries.attachments(agreement_id) if not a.signed_by), None)


def refusals_of(check: MemberCheck) -> tuple[Refusal, ...]:
    """All problems of a check in sentences that name their rows, the first 200 of them."""
    found = [*check.problems, *(at_row(p, row.member) for row in check.faulty for p in row.problems)]
    rest = len(found) - _MOST_NAMED
    return (*found[:_MOST_NAMED], MORE_PROBLEMS.filled(count=rest)) if rest > 0 else tuple(found)


def problems_xlsx(check: MemberCheck, language: str) -> bytes:
    """The person's own columns as they came, and a last column with the reasons in `language`.

    It can be corrected and sent again as it is: the column of reasons is passed over.
    """
    separator = "; " if language.lower().startswith("en") else ";"
    return write_sheet(
        (*check.header, REASON.in_language(language)),
        (
            (*row.cells, separator.join(problem.text.in_language(language) for problem in row.problems))
            for row in check.rows
        ),
        widths=(*(18 for _ in check.header), 80),
        title=" ".join(check.above),
    )


def template_xlsx(language: str, agreement_number: str = "") -> bytes:
    """An empty sheet with the right headers, text columns and the first-month modes to choose from.

    One made for an agreement carries its number above the header, and is taken by no other (P2-30).
    """
    modes = [FIRST_MONTH_NAMES[mode].in_language(language) for mode in FirstMonthMode]
    return write_sheet(
        [column.title.in_language(language) for column in COLUMNS],
        (),
        widths=_WIDTHS,
        choices={4: modes},
        notes=_NOTES.in_language(language).splitlines(),
        title=_TITLE.in_language(language).format(number=agreement_number) if agreement_number else "",
    )


def _row(number: int, values: Mapping[str, str]) -> MemberRow:
    """As read; an overlong text is cut off with a mark that makes it wrong."""
    fields = {
        key: text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…" for key, text in values.items()
    }
    return MemberRow(row=number, **fields)


def _load_facts(
    agreement: AgreementView, rows: Collection[MemberRow], replaced: AttachmentView | None
) -> MemberFacts:
    persons = {row.id_number for row in rows if row.id_number}
    gone = replaced.ordinal if replaced else None
    staying = queries.members(agreement.id, without_attachment=gone)
    plans = catalog.offerings(OfferingKind.PLAN)
    terminals = catalog.terminal_models().values()
    return MemberFacts(
        branch_id=agreement.branch_id,
        inventory=numbering.numbers({row.wanted_number for row in rows if row.wanted_number}),
        held=frozenset(
            kept.number
            for holder in (queries.holder_of(agreement.id), customer_holder(agreement.organization_id))
            for kept in numbering.open_reservations(holder)
        ),
        committed=frozenset(premium.number for premium in queries.premiums(agreement.id)),
        staying={member.number: member.id_number for member in staying},
        staying_imeis=frozenset(member.imei for member in staying if member.imei),
        plans={lookup_key(name): plan for plan in plans for name in (plan.name_en, plan.name, plan.code)},
        terminals={lookup_key(name): model for model in terminals for name in (model.name, model.code)},
        live_lines=live_lines_of_persons(persons),
        waiting=queries.waiting_members(persons, without_attachment=replaced.id if replaced else None),
    )


def _checked(
    sheet: Sheet, rows: Iterable[MemberRow], facts: MemberFacts, problems: Mapping[int, list[Refusal]]
) -> Iterable[CheckedRow]:
    for source, row in zip(sheet.rows, rows, strict=True):
        yield CheckedRow(
            resolved(row, facts), source.cells, (*source.faults.values(), *problems.get(row.row, ()))
        )


def _shortage(
    rows: Collection[MemberRow], facts: MemberFacts, gone: Collection[MemberView]
) -> tuple[Refusal, ...]:
    """Whether the stock has an ordinary idle number for each row without a wanted one."""
    wanted = {row.wanted_number for row in rows if row.wanted_number}
    blanks = sum(not row.wanted_number for row in rows)
    if not blanks:
        return ()
    idle = numbering.search_numbers(
        NumberSearch(stock_id=facts.branch_id, pattern="1*", grade=""), limit=blanks + len(wanted)
    )
    given_back = {m.number for m in gone}.difference(facts.committed, wanted)
    found = len(given_back) + sum(
        view.kind is NumberKind.MOBILE and view.number not in wanted for view in idle
    )
    return (STOCK_EXHAUSTED.filled(wanted=blanks, found=found),) if found < blanks else ()
