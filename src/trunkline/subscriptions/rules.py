"""Pure rules of lines: what is needed to connect one, and how many a person may have."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.masking import masked_id
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.subscriptions.types import NewLine

#: 同一用户在同一企业有5张在用卡后不再开新卡 (REG-14).
MOST_LINES_OF_A_PERSON = 5
#: Sessions that connect lines for the same person queue up; persons share this many queues.
PERSON_LOCKS = 64

SIM_STOCK_EXHAUSTED = Refusal(
    "sim.stock_exhausted",
    "",
    Text("卡资源不足：需要{wanted}张，可用{found}张", "Too few SIM cards: {wanted} wanted, {found} free"),
)
SIM_MALFORMED = Refusal(
    "sim.malformed",
    "REG-24",
    Text("ICCID须为89开头的19或20位数字：{subject}", "An ICCID is 89 and 17 or 18 digits: {subject}"),
)
IMSI_MALFORMED = Refusal(
    "sim.imsi_malformed",
    "REG-24",
    Text("IMSI须为460开头的15位数字：{subject}", "An IMSI is 460 and 12 digits: {subject}"),
)
SIM_STOCKED_ALREADY = Refusal(
    "sim.stocked_already",
    "",
    Text("卡{subject}已在卡资源中", "Card {subject} or its IMSI is in stock already"),
)
SIM_OTHER_STOCK = Refusal(
    "sim.other_stock", "", Text("不能动用其他分公司的卡资源", "Another branch's SIM stock is out of reach")
)
TOO_MANY_LINES = Refusal(
    "person.too_many_lines",
    "REG-14",
    Text(
        "使用人{who}已有{held}个在用号码，再开{wanted}个将超过{most}个",
        "The user {who} has {held} lines; {wanted} more would be above {most}",
    ),
)
NUMBER_NOT_ASSIGNED = Refusal(
    "line.number_not_assigned",
    "",
    Text("号码{subject}尚未转为在用", "The number {subject} has not been taken into use"),
)
NUMBER_HAS_LINE = Refusal(
    "line.number_has_line",
    "",
    Text("号码{subject}在该时间已有用户", "The number {subject} has a line at that time"),
)
NUMBER_REPEATED = Refusal(
    "line.number_repeated", "", Text("号码{subject}重复", "The number {subject} is named more than once")
)
NO_REAL_NAME = Refusal(
    "line.real_name_missing",
    "REG-13",
    Text("号码{subject}缺少实际使用人姓名或证件号码", "The actual user's name or ID of {subject} is missing"),
)
ACCOUNT_FOREIGN = Refusal(
    "line.account_foreign",
    "S01-A1",
    Text(
        "号码{subject}的付费账户不属于该集团客户",
        "The billing account of {subject} is not one of the organisation's",
    ),
)
NOT_A_PLAN = Refusal(
    "line.not_a_plan",
    "",
    Text("号码{subject}所选产品不是套餐", "The offering chosen for {subject} is no plan"),
)
FIRST_MONTH_UNKNOWN = Refusal(
    "line.first_month_unknown",
    "P2-04",
    Text("号码{subject}的首月资费方式不对", "The first-month mode of {subject} is unknown"),
)
IMEI_MALFORMED = Refusal(
    "line.imei_malformed",
    "REG-24",
    Text("号码{subject}的IMEI须为15位数字", "The IMEI of {subject} must be 15 digits"),
)
LINE_NOT_LIVE = Refusal(
    "line.not_live", "", Text("号码{subject}已不在用", "The line {subject} is not in use any more")
)
STOPPED = Refusal(
    "line.stopped", "", Text("号码{subject}已因此停机", "The line {subject} is stopped for this already")
)
NOT_STOPPED = Refusal(
    "line.not_stopped", "", Text("号码{subject}没有因此停机", "The line {subject} is not stopped for this")
)
SERVICE_OPEN = Refusal(
    "line.service_open", "", Text("号码{subject}已开通该功能", "The line {subject} has this service already")
)
SERVICE_NOT_OPEN = Refusal(
    "line.service_not_open",
    "",
    Text("号码{subject}没有开通该功能", "The line {subject} does not have this service"),
)
OFFERING_OPEN = Refusal(
    "line.offering_open", "", Text("用户{subject}已订购该产品", "The line {subject} has this product already")
)
BRANCH_OUT_OF_REACH = Refusal(
    "line.branch_out_of_reach",
    "P5-2",
    Text("不能在其他分公司开通号码", "Lines of another branch are out of reach"),
)


@dataclass(frozen=True, slots=True)
class ConnectFacts:
    """What is known about new lines.

    `assigned` numbers are in use, `occupied` ones have a line then or later; `accounts` are the organisation's
    own; `held` counts live lines by person over the whole operator.
    """

    assigned: Collection[str]
    occupied: Collection[str]
    accounts: Collection[int]
    plans: Collection[int]
    held: Mapping[str, int]


def person_key(id_number: str) -> str:
    """An identity number as lines are counted by it: the check letter is a capital X."""
    return id_number.strip().upper()


def person_locks(id_numbers: Iterable[str]) -> tuple[int, ...]:
    """The queues of these persons, in the order in which every session takes them."""
    return tuple(sorted({zlib.crc32(person_key(n).encode()) % PERSON_LOCKS for n in id_numbers}))


def person_limit_refusals(wanted: Iterable[str], held: Mapping[str, int]) -> tuple[Refusal, ...]:
    """A refusal for each person who would have more than five live lines (REG-14).

    `wanted` holds an identity number for each new line, `held` the live lines there are. The subject of a
    refusal is the identity number; its words show it masked.
    """
    counts = {person_key(number): count for number, count in held.items()}
    return tuple(
        TOO_MANY_LINES.about(
            person,
            who=masked_id(person),
            held=counts.get(person, 0),
            wanted=count,
            most=MOST_LINES_OF_A_PERSON,
        )
        for person, count in Counter(map(person_key, wanted)).items()
        if counts.get(person, 0) + count > MOST_LINES_OF_A_PERSON
    )


def _line_refusals(line: NewLine, facts: ConnectFacts) -> Iterable[Refusal]:
    if line.number not in facts.assigned:
        yield NUMBER_NOT_ASSIGNED
    if line.number in facts.occupied:
        yield NUMBER_HAS_LINE
    if not (line.user_name.strip() and line.user_id_number.strip()):
        yield NO_REAL_NAME
    if line.account_id not in facts.accounts:
        yield ACCOUNT_FOREIGN
    if line.offering_id not in facts.plans:
        yield NOT_A_PLAN
    if line.first_month_mode is not None and line.first_month_mode not in {*FirstMonthMode}:
        yield FIRST_MONTH_UNKNOWN
    if line.imei and not re.fullmatch(r"[0-9]{15}", line.imei):
        yield IMEI_MALFORMED


def connect_refusals(lines: Sequence[NewLine], facts: ConnectFacts) -> tuple[Refusal, ...]:
    """Why lines cannot be connected: numbers, real names (REG-13), accounts, plans, persons (REG-14)."""
    counts = Counter(line.number for line in lines)
    return (
        *(NUMBER_REPEATED.about(number) for number, count in counts.items() if count > 1),
        *(refusal.about(line.number) for line in lines for refusal in _line_refusals(line, facts)),
        *person_limit_refusals((line.user_id_number for line in lines if line.user_id_number), facts.held),
    )


def sim_refusals(iccids_imsis: Iterable[tuple[str, str]]) -> tuple[Refusal, ...]:
    """Why cards cannot be taken into stock: shape of ICCID and IMSI (REG-24)."""
    found: list[Refusal] = []
    for iccid, imsi in iccids_imsis:
        if not re.fullmatch(r"89[0-9]{17,18}", iccid):
            found.append(SIM_MALFORMED.about(iccid))
        if not re.fullmatch(r"460[0-9]{12}", imsi):
            found.append(IMSI_MALFORMED.about(imsi))
    return tuple(found)
