"""What speaks against a row of the 子用户号码表 (S01, P2-02, P2-04, P2-17, REG-13, REG-14, REG-24)."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from stdnum import luhn

from trunkline.agreements.rules.terms import needs_first_month
from trunkline.agreements.types import MemberRow
from trunkline.catalog.types import FIRST_MONTH_NAMES, FirstMonthMode, OfferingView, TerminalModelView
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.rules import reserve_refusals
from trunkline.numbering.types import NumberKind, NumberView
from trunkline.party.rules import resident_id_refusals
from trunkline.subscriptions.rules import MOST_LINES_OF_A_PERSON

LONGEST_NAME = 40
_IMEI_DIGITS = 15
#: As agreements are numbered: branch, year, and six digits or more.
_AGREEMENT_NUMBER = re.compile(r"[A-Z0-9]+-\d{4}-\d{6,}")

NAME_MISSING = Refusal(
    "member.name_missing", "REG-13", Text("缺少实际使用人姓名", "The user's name is missing")
)
NAME_WRONG = Refusal(
    "member.name_wrong",
    "REG-13",
    Text("姓名不对：{what}", "This is no name: {what}"),
)
ID_MISSING = Refusal(
    "member.id_missing", "REG-13", Text("缺少实际使用人证件号码", "The user's ID number is missing")
)
MEMBER_TWICE = Refusal(
    "member.twice_in_sheet",
    "S01-A1",
    Text("与第{other}行是同一人、同一意向号码", "Row {other} has the same person and the same wanted number"),
)
NUMBER_TWICE = Refusal(
    "member.number_twice_in_sheet",
    "S01-A1",
    Text("意向号码与第{other}行重复", "Row {other} wants the same number"),
)
IMEI_TWICE = Refusal(
    "member.imei_twice_in_sheet", "REG-24", Text("串号与第{other}行重复", "Row {other} has the same IMEI")
)
IMEI_TAKEN = Refusal(
    "member.imei_taken",
    "REG-24",
    Text("串号{what}已是本协议其他成员的终端", "IMEI {what} is another member's terminal"),
)
IMEI_WRONG = Refusal(
    "member.imei_wrong",
    "REG-24",
    Text("串号须为15位数字且校验位正确：{what}", "An IMEI is 15 digits with a right check digit: {what}"),
)
ANOTHER_AGREEMENT = Refusal(
    "member.sheet_of_another_agreement",
    "P2-30",
    Text(
        "这张号码表是协议{subject}的，不是本协议的",
        "This sheet was made for agreement {subject}, not for this one",
    ),
)
NUMBER_NOT_MOBILE = Refusal(
    "member.number_not_mobile",
    "REG-21",
    Text("{what}不是移动号码", "{what} is not a mobile number"),
)
NUMBER_OF_MEMBER = Refusal(
    "member.number_of_member",
    "P2-31",
    Text(
        "号码{what}已定给本协议的其他成员", "Number {what} is set aside for another member of this agreement"
    ),
)
PREMIUM_WITHOUT_COMMITMENT = Refusal(
    "member.premium_without_commitment",
    "P2-02",
    Text(
        "{what}是靓号（{grade}），协议中没有它的预存约定",
        "{what} is a premium number ({grade}) and the agreement has no commitment for it",
    ),
)
ALREADY_MEMBER = Refusal(
    "member.already",
    "P2-31",
    Text("已是本协议成员（号码{number}）", "Is a member of this agreement already (number {number})"),
)
PLAN_MISSING = Refusal("member.plan_missing", "P2-03", Text("缺少套餐", "The plan is missing"))
PLAN_UNKNOWN = Refusal("member.plan_unknown", "P2-03", Text("没有这个套餐：{what}", "No such plan: {what}"))
FIRST_MONTH_MISSING = Refusal(
    "member.first_month_missing",
    "P2-04",
    Text("3G套餐须选一种首月资费", "A 3G plan needs a first-month mode"),
)
FIRST_MONTH_UNKNOWN = Refusal(
    "member.first_month_unknown",
    "P2-04",
    Text("没有这种首月资费：{what}", "No such first-month mode: {what}"),
)
TERMINAL_UNKNOWN = Refusal(
    "member.terminal_unknown", "P2-17", Text("没有这个终端型号：{what}", "No such terminal model: {what}")
)
TOO_MANY_LINES = Refusal(
    "member.too_many_lines",
    "REG-14",
    Text(
        "该使用人在本企业已有{held}个号码，连同本表第{nth}个，超过{most}个",
        "This user has {held} lines with the operator; the {nth} of this sheet exceeds {most}",
    ),
)
ROW = Refusal("member.row", "", Text("第{row}行（{name}）：{reason}", "Row {row} ({name}): {reason}"))


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What rows are judged on.

    `inventory` holds the wanted numbers that exist; `held` are reserved for this agreement or kept for its
    organisation, `committed` are its premium numbers. `staying` are its members that this sheet does not replace,
    as number → identity number, and `staying_imeis` their terminals. `live_lines` counts by person over the whole
    operator, `waiting` those accepted and not yet connected.
    """

    branch_id: int
    inventory: Mapping[str, NumberView]
    held: Collection[str]
    committed: Collection[str]
    staying: Mapping[str, str]
    staying_imeis: Collection[str]
    plans: Mapping[str, OfferingView]
    terminals: Mapping[str, TerminalModelView]
    live_lines: Mapping[str, int]
    waiting: Mapping[str, int]


@functools.lru_cache(maxsize=4096)
def lookup_key(written: str) -> str:
    """How names and codes are compared: without blanks, case and the difference of full and half width."""
    return "".join(unicodedata.normalize("NFKC", written).split()).casefold()


_MODES = {
    key: mode
    for mode, text in FIRST_MONTH_NAMES.items()
    for name in map(lookup_key, (mode.value, text.zh, text.en))
    for key in (name, name.partition("(")[0])
} | {lookup_key("免月租"): FirstMonthMode.OUT_OF_PLAN, lookup_key("套餐外资费"): FirstMonthMode.OUT_OF_PLAN}


def first_month_mode(written: str) -> FirstMonthMode | None:
    """The mode that a person means (P2-04 … P2-07), or None."""
    return _MODES.get(lookup_key(written))


def resolved(row: MemberRow, facts: MemberFacts) -> MemberRow:
    """The row with codes in place of the names of plan, mode and terminal, wherever they are known."""
    plan = facts.plans.get(lookup_key(row.plan_code))
    mode = first_month_mode(row.first_month_mode)
    terminal = facts.terminals.get(lookup_key(row.terminal_model))
    return replace(
        row,
        plan_code=plan.code if plan else row.plan_code,
        first_month_mode=mode.value if mode else row.first_month_mode,
        terminal_model=terminal.code if terminal else row.terminal_model,
    )


def sheet_refusals(agreement_number: str, above: Iterable[str]) -> tuple[Refusal, ...]:
    """Whether what stands above the header of a sheet names another agreement (P2-30)."""
    named = dict.fromkeys(number for text in above for number in _AGREEMENT_NUMBER.findall(text.upper()))
    return tuple(ANOTHER_AGREEMENT.about(number) for number in named if number != agreement_number)


def member_problems(
    rows: Sequence[MemberRow], facts: MemberFacts, unread: Mapping[int, Collection[str]]
) -> dict[int, list[Refusal]]:
    """Everything against each row, by row number; rows without problems are left out.

    `unread` names, by row, the fields that could not be read, so that they are not called missing as well.
    Subjects are row numbers.
    """
    found: dict[int, list[Refusal]] = {}
    across = _AcrossRows(rows, facts)
    unavailable = _unavailable(rows, facts)
    for row in rows:
        blank = unread.get(row.row, ())
        reasons = [
            *_person(row, blank),
            *_number(row, facts, unavailable),
            *_offer(row, facts),
            *_terminal(row, facts, blank),
            *across.problems(row),
        ]
        if reasons:
            subject = str(row.row)
            found[row.row] = [Refusal(r.code, r.clause, r.text, subject) for r in reasons]
    return found


def at_row(problem: Refusal, row: MemberRow) -> Refusal:
    """A row's problem in a sentence that names the row."""
    return Refusal(
        problem.code,
        problem.clause,
        Text(
            ROW.text.zh.format(row=row.row, name=row.name, reason=problem.text.zh),
            ROW.text.en.format(row=row.row, name=row.name, reason=problem.text.en),
        ),
        problem.subject,
    )


def _unavailable(rows: Iterable[MemberRow], facts: MemberFacts) -> dict[str, Refusal]:
    """Why wanted numbers cannot be reserved: unknown, taken, frozen, another stock's (REG-11)."""
    wanted = {row.wanted_number for row in rows if row.wanted_number}
    asked = sorted(wanted.difference(facts.held))
    return {r.subject: r for r in reserve_refusals(asked, facts.inventory, (facts.branch_id,))}


def _person(row: MemberRow, unread: Collection[str]) -> Iterable[Refusal]:
    if not row.name:
        yield NAME_MISSING
    elif len(row.name) > LONGEST_NAME or not any(map(str.isalpha, row.name)):
        yield NAME_WRONG.filled(what=row.name)
    if row.id_number:
        yield from resident_id_refusals(row.id_number)
    elif "id_number" not in unread:
        yield ID_MISSING


def _number(row: MemberRow, facts: MemberFacts, unavailable: Mapping[str, Refusal]) -> Iterable[Refusal]:
    wanted = row.wanted_number
    view = facts.inventory.get(wanted)
    if not wanted:
        return
    if facts.staying.get(wanted, row.id_number) != row.id_number:
        yield NUMBER_OF_MEMBER.filled(what=wanted)
    elif wanted in unavailable and wanted not in facts.staying:
        yield unavailable[wanted]
    if view is not None and view.kind is not NumberKind.MOBILE:
        yield NUMBER_NOT_MOBILE.filled(what=wanted)
    elif view is not None and view.grade and wanted not in facts.committed:
        yield PREMIUM_WITHOUT_COMMITMENT.filled(what=wanted, grade=view.grade)


def _offer(row: MemberRow, facts: MemberFacts) -> Iterable[Refusal]:
    plan = facts.plans.get(lookup_key(row.plan_code))
    if not row.plan_code:
        yield PLAN_MISSING
    elif plan is None:
        yield PLAN_UNKNOWN.filled(what=row.plan_code)
    if row.first_month_mode:
        if first_month_mode(row.first_month_mode) is None:
            yield FIRST_MONTH_UNKNOWN.filled(what=row.first_month_mode)
    elif plan is None or needs_first_month(plan):
        yield FIRST_MONTH_MISSING


def _terminal(row: MemberRow, facts: MemberFacts, unread: Collection[str]) -> Iterable[Refusal]:
    if row.terminal_model and lookup_key(row.terminal_model) not in facts.terminals:
        yield TERMINAL_UNKNOWN.filled(what=row.terminal_model)
    if not row.imei or "imei" in unread:
        return
    if len(row.imei) != _IMEI_DIGITS or not row.imei.isascii() or not luhn.is_valid(row.imei):
        yield IMEI_WRONG.filled(what=row.imei)
    elif row.imei in facts.staying_imeis:
        yield IMEI_TAKEN.filled(what=row.imei)


class _AcrossRows:
    """What only shows when rows are seen together, and with the members that stay."""

    def __init__(self, rows: Sequence[MemberRow], facts: MemberFacts) -> None:
        self._facts = facts
        self._first_pair: dict[tuple[str, str], int] = {}
        self._first_number: dict[str, int] = {}
        self._first_imei: dict[str, int] = {}
        self._nth: dict[int, int] = {}
        self._number_of = {person: number for number, person in facts.staying.items()}
        counted: dict[str, int] = {}
        for row in rows:
            self._first_pair.setdefault((row.id_number, row.wanted_number), row.row)
            self._first_number.setdefault(row.wanted_number, row.row)
            self._first_imei.setdefault(row.imei, row.row)
            counted[row.id_number] = self._nth[row.row] = counted.get(row.id_number, 0) + 1

    def problems(self, row: MemberRow) -> Iterable[Refusal]:
        """Duplicates, members that are there already, and more than five lines for a person."""
        same_pair = self._first_pair[row.id_number, row.wanted_number]
        same_number = self._first_number[row.wanted_number]
        same_imei = self._first_imei[row.imei]
        if row.id_number and same_pair != row.row:
            yield MEMBER_TWICE.filled(other=same_pair)
        elif row.wanted_number and same_number != row.row:
            yield NUMBER_TWICE.filled(other=same_number)
        if row.imei and same_imei != row.row:
            yield IMEI_TWICE.filled(other=same_imei)
        if row.id_number:
            yield from self._of_person(row)

    def _of_person(self, row: MemberRow) -> Iterable[Refusal]:
        number = self._number_of.get(row.id_number)
        if number is not None and (
            not row.wanted_number or self._facts.staying.get(row.wanted_number) == row.id_number
        ):
            yield ALREADY_MEMBER.filled(number=row.wanted_number or number)
        held = self._facts.live_lines.get(row.id_number, 0) + self._facts.waiting.get(row.id_number, 0)
        nth = self._nth[row.row]
        if held + nth > MOST_LINES_OF_A_PERSON:
            yield TOO_MANY_LINES.filled(held=held, nth=nth, most=MOST_LINES_OF_A_PERSON)
