"""Pure rules of lines: what is needed to connect one, how many a person may have, service passwords, life cycle."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from trunkline.catalog.parameters import Parameter, whole_number
from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.masking import masked_id
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month, local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.subscriptions.types import Life, LifePhase, NewLine

#: 同一用户在同一企业有5张在用卡后不再开新卡 (REG-14).
MOST_LINES_OF_A_PERSON = 5
#: Sessions that connect lines for the same person queue up; persons share this many queues.
PERSON_LOCKS = 64

PORT_CODE_MINUTES = Parameter(
    "port.code_minutes",
    "REG-17",
    Text("携号转网授权码的有效时间", "How long an authorisation code for porting is good"),
    whole_number(5, 1440),
    default=60,
    unit=Text("分钟", "minutes"),
)
PORT_AFTER_DAYS = Parameter(
    "port.after_days",
    "REG-17",
    Text("入网或上次携转后多久可携出", "How long after its entry or last porting a number may leave"),
    whole_number(0, 3650),
    default=120,
    unit=Text("天", "days"),
)

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


# Service passwords (S24).

#: So many wrong tries one after the other lock a service password for so long (X-R2).
MOST_WRONG_TRIES = 5
LOCKED_FOR = timedelta(hours=1)
#: A password that has not left for the line within this time never does (S24-4).
PASSWORD_MESSAGE_HOLDS = timedelta(minutes=10)
#: A new password that was handed in must be taken into use within this time.
DEPOSIT_HOLDS = timedelta(minutes=30)

PASSWORD_MALFORMED = Refusal(
    "password.malformed", "S24", Text("服务密码须为6位数字", "A service password is six digits")
)
PASSWORD_ONE_DIGIT = Refusal(
    "password.one_digit",
    "S24",
    Text("服务密码不能是同一个数字", "A service password is not one digit repeated"),
)
PASSWORD_RUN = Refusal(
    "password.run", "S24", Text("服务密码不能是连续数字", "A service password is not a run of digits")
)
PASSWORD_IN_NUMBER = Refusal(
    "password.in_number",
    "S24",
    Text("服务密码不能是号码的一部分", "A service password is not part of the number"),
)
PASSWORD_WRONG = Refusal(
    "password.wrong",
    "X-R2",
    Text("原服务密码不正确，或已因多次输错锁定", "The old password is wrong, or locked after wrong tries"),
)
NO_DEPOSIT = Refusal(
    "password.no_deposit",
    "S24",
    Text(
        "号码{subject}没有待启用的新密码，或已超过30分钟",
        "No new password of {subject} waits to be used, or 30 minutes are over",
    ),
)


def password_refusals(password: str, number: str) -> tuple[Refusal, ...]:
    """Why a service password will not do: six digits, not all the same, no run, not part of the number (S24)."""
    if not re.fullmatch(r"[0-9]{6}", password):
        return (PASSWORD_MALFORMED,)
    steps = {int(b) - int(a) for a, b in pairwise(password)}
    found = []
    if steps == {0}:
        found.append(PASSWORD_ONE_DIGIT)
    if steps in ({1}, {-1}):
        found.append(PASSWORD_RUN)
    if password in number:
        found.append(PASSWORD_IN_NUMBER)
    return tuple(found)


# Life cycle of prepaid lines (S32-1, domain 4.4).

#: 有效期 in days by what is recharged in yuan, the greatest step first.
VALIDITY = ((500, 540), (300, 360), (100, 180), (50, 90), (30, 90), (20, 30))
LONGEST_VALIDITY_MONTHS = 18
RECHARGE_PHASE = timedelta(days=90)
LOCK_PHASE = timedelta(days=30)
UNLOCKED_FOR = timedelta(hours=24)
#: What a lock takes a day from a balance that is left when its 30 days are over.
LOCK_RENT = Decimal("0.15")

NOT_PREPAID = Refusal(
    "life.not_prepaid", "S32-1", Text("号码{subject}不是预付费标准产品", "{subject} is not a prepaid line")
)
NOT_INACTIVE = Refusal(
    "life.not_inactive", "S32-1", Text("号码{subject}不在未激活期", "{subject} was activated already")
)
NOT_ACTIVATED = Refusal(
    "life.not_activated", "S32-1", Text("号码{subject}尚未激活，不能充值", "{subject} is not activated yet")
)
LOCKED = Refusal(
    "life.locked",
    "S30-E1",
    Text("号码{subject}在锁定期，须先解锁再充值", "{subject} is locked: unlock it first"),
)
NOT_LOCKED = Refusal(
    "life.not_locked", "S30", Text("号码{subject}不在锁定期，无需解锁", "{subject} is not in its lock phase")
)
UNLOCKED_ALREADY = Refusal(
    "life.unlocked_already",
    "S30",
    Text("号码{subject}已解锁，请在24小时内充值", "{subject} is unlocked: recharge within 24 hours"),
)
PAST_LOCK = Refusal(
    "life.past_lock",
    "S30-G1",
    Text("号码{subject}已过锁定期，不可解锁", "{subject} is past its lock phase and cannot be unlocked"),
)


def validity_days(amount: Decimal) -> int:
    """Days of validity that a recharge brings: those of the greatest denomination it holds; none below 20 yuan."""
    return next((days for step, days in VALIDITY if amount >= step), 0)


def months_later(at: datetime, months: int) -> datetime:
    """The same day and time so many months later, or the last day of that month."""
    today, month = local_date(at), Month.of(at).next(months)
    return at + (month.first_day.replace(day=min(today.day, month.last_day.day)) - today)


def valid_until(start: datetime, amount: Decimal, at: datetime) -> datetime:
    """The end of validity when `amount` adds to what runs until `start`: never past 18 months from now.

    What ran longer already is not shortened.
    """
    latest = max(months_later(at, LONGEST_VALIDITY_MONTHS), start)
    return min(max(start, at) + timedelta(days=validity_days(amount)), latest)


def activated(amount: Decimal, at: datetime) -> Life:
    """首次激活: 有效期 begins, by the denomination the line was sold with."""
    return Life(LifePhase.VALID, at, valid_until(at, amount, at))


def exhausted(life: Life, at: datetime) -> Life:
    """The balance cannot pay a minute any more: 充值期 begins before validity ends. Other phases stay."""
    return Life(LifePhase.RECHARGE, at, at + RECHARGE_PHASE) if life.phase is LifePhase.VALID else life


def advanced(life: Life, at: datetime, balance: Decimal | None) -> tuple[Life, ...]:
    """The phases that follow by time alone until `at`, each from the end of the one before, the last as it stands.

    At the end of the lock a line without a balance is reclaimed; one with a balance stays locked for as many days
    as the rent takes it away, which is one more step of the same phase. `balance` is None where it is not known:
    then the lock is not passed.
    """
    steps: list[Life] = []
    while (end := life.ends_at) is not None and end <= at:
        if life.phase is LifePhase.VALID:
            life = Life(LifePhase.RECHARGE, end, end + RECHARGE_PHASE)
        elif life.phase is LifePhase.RECHARGE:
            life = Life(LifePhase.LOCKED, end, end + LOCK_PHASE)
        elif balance is None:
            break
        elif balance > ZERO:
            days = int((balance / LOCK_RENT).to_integral_value(ROUND_CEILING))
            life, balance = replace(life, ends_at=end + timedelta(days=days)), ZERO
        else:
            life = Life(LifePhase.RECLAIMED, end, None)
        steps.append(life)
    return tuple(steps)


def life_now(life: Life, at: datetime) -> Life:
    """Where a line stands at `at` even if nobody has moved its phase on yet."""
    return (life, *advanced(life, at, None))[-1]


def recharge_refusal(life: Life, at: datetime) -> Refusal | None:
    """Why a line cannot be recharged: not activated, locked and not unlocked (S30-E1), or past its lock."""
    if life.phase is LifePhase.INACTIVE:
        return NOT_ACTIVATED
    if life.phase is LifePhase.RECLAIMED:
        return PAST_LOCK
    if life.phase is LifePhase.LOCKED and life.open_until(at) is None:
        return LOCKED
    return None


def recharged(life: Life, amount: Decimal, balance: Decimal, at: datetime) -> Life:
    """A line after a recharge with `balance` on it afterwards: 有效期 when that is above nothing (S30-E1)."""
    if balance <= ZERO:
        return life
    if life.phase is LifePhase.VALID and life.ends_at is not None:
        return replace(life, ends_at=valid_until(life.ends_at, amount, at))
    return Life(LifePhase.VALID, at, valid_until(at, amount, at))


def unlock_refusal(life: Life | None, at: datetime) -> Refusal | None:
    """Why a line cannot be unlocked: only in its lock phase, not past it (S30-G1), and once at a time."""
    if life is None:
        return NOT_PREPAID
    life = life_now(life, at)
    over = life.ends_at is not None and life.ends_at <= at
    if life.phase is LifePhase.RECLAIMED or (life.phase is LifePhase.LOCKED and over):
        return PAST_LOCK
    if life.phase is not LifePhase.LOCKED:
        return NOT_LOCKED
    return UNLOCKED_ALREADY if life.open_until(at) else None


def unlocked(life: Life, at: datetime) -> Life:
    """A locked line that may recharge for 24 hours, but not past the end of its lock (S30-G1)."""
    until = at + UNLOCKED_FOR
    return replace(life, unlocked_until=min(until, life.ends_at) if life.ends_at else until)
