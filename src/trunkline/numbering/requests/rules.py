"""Pure rules of requests for 400 numbers (P1-07, REG-16, REG-22)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from trunkline.catalog.parameters import Parameter, whole_number
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.requests.types import (
    LIVING,
    OPEN,
    REQUEST_LIFE,
    REQUEST_STATE_NAMES,
    RequestEvent,
    RequestState,
    RequestView,
)
from trunkline.numbering.types import NumberKind, NumberView

DESK_LEASE_DAYS = Parameter(
    "number.desk_lease_days",
    "P1-07",
    Text("4006号码预占的期限", "How long a 400 number is reserved"),
    whole_number(1, 90),
    default=7,
    unit=Text("天", "days"),
)
MOST_PER_ORGANIZATION = Parameter(
    "number.most_400",
    "REG-16",
    Text("一个单位的400号码上限", "How many 400 numbers an organisation may have"),
    whole_number(1, 100),
    default=5,
)

#: Ours of the national segments (REG-22).
_NUMBER: Final = re.compile(r"400[06][0-9]{6}", re.ASCII)
_WANTED: Final = re.compile(r"400[06][0-9*?]{1,12}", re.ASCII)

WANTED_MALFORMED = Refusal(
    "request.wanted_malformed",
    "REG-22",
    Text(
        "意向号码须为4000、4006号段的10位号码，或以其开头、含 * 和 ? 的查询式：{subject}",
        "Want ten digits beginning with 4000 or 4006, or a pattern that begins so with * and ?: {subject}",
    ),
)
NOT_A_400_NUMBER = Refusal(
    "number.not_400",
    "REG-22",
    Text("{subject}不是4000、4006号段的400号码", "{subject} is no number of the segments 4000 and 4006"),
)
PURPOSE_MISSING = Refusal(
    "request.purpose_missing",
    "REG-16",
    Text("须登记400号码的使用用途", "What the 400 number is used for has to be registered"),
)
CONTACT_MISSING = Refusal(
    "request.contact_missing",
    "P1-07",
    Text("须填写联系人和联系电话", "A contact with a phone number is needed"),
)
BLACKLISTED = Refusal(
    "request.blacklisted",
    "REG-16",
    Text("黑名单客户不能申请400号码", "A customer on the blacklist gets no 400 number"),
)
WANTED_ALREADY = Refusal(
    "request.wanted_already",
    "P1-07",
    Text("该单位已上报意向号码{subject}", "This organisation has reported {subject} already"),
)
TOO_MANY = Refusal(
    "request.too_many",
    "REG-16",
    Text(
        "一个单位最多{most}个400号码，已有{count}个",
        "An organisation may have {most} 400 numbers, this one has {count}",
    ),
)
NOT_NOW = Refusal(
    "request.not_now",
    "P1-07",
    Text("上报{subject}{state}，不能再这样处理", "Request {subject} is past this: {state_en}"),
)
UNKNOWN_REQUEST = Refusal(
    "request.unknown", "P1-07", Text("没有这个上报：{subject}", "There is no such request: {subject}")
)
WORDS_MISSING = Refusal("request.words_missing", "P1-07", Text("须写明内容", "Say what there is to say"))


def is_400(number: str) -> bool:
    """Whether this is a number of our 400 segments (REG-22)."""
    return _NUMBER.fullmatch(number) is not None


def report_refusals(
    wanted: str,
    purpose: str,
    contact: tuple[str, str],
    *,
    blacklisted: bool,
    others: Sequence[RequestView],
    most: int,
) -> tuple[Refusal, ...]:
    """Why a wish cannot be reported. `contact` is name and phone, `others` are all requests of the organisation."""
    found: list[Refusal] = []
    if _WANTED.fullmatch(wanted) is None or (wanted.isdigit() and not is_400(wanted)):
        found.append(WANTED_MALFORMED.about(wanted))
    if not purpose.strip():
        found.append(PURPOSE_MISSING)
    if not all(part.strip() for part in contact):
        found.append(CONTACT_MISSING)
    if blacklisted:
        found.append(BLACKLISTED)
    if any(other.wanted == wanted and other.state in OPEN for other in others):
        found.append(WANTED_ALREADY.about(wanted))
    living = sum(other.state in LIVING for other in others)
    if living >= most:
        found.append(TOO_MANY.filled(most=most, count=living))
    return tuple(found)


def event_refusals(request_id: int, state: RequestState, event: RequestEvent) -> tuple[Refusal, ...]:
    """Whether `event` may happen to a request. Remarks may, as long as it is open."""
    allowed = state in OPEN if event is RequestEvent.REMARK else REQUEST_LIFE.after(state, event) is not None
    words = REQUEST_STATE_NAMES[state]
    return () if allowed else (NOT_NOW.about(str(request_id), state=words.zh, state_en=words.en),)


def answer_refusals(number: str, view: NumberView | None) -> tuple[Refusal, ...]:
    """Whether the desk may reserve this number for a request: one of our 400 segments."""
    fits = is_400(number) and (view is None or view.kind is NumberKind.SERVICE_400)
    return () if fits else (NOT_A_400_NUMBER.about(number),)
