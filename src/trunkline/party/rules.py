"""Pure rules of identity: codes with check digits, handlers' five fields, who is local."""

from __future__ import annotations

import re

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.party.types import HandlerDetails

USCC_INVALID = Refusal(
    "organization.uscc_invalid",
    "S01-A1",
    Text(
        "统一社会信用代码校验不通过：{subject}", "The unified social credit code fails its check: {subject}"
    ),
)
RESIDENT_ID_INVALID = Refusal(
    "person.id_invalid",
    "REG-13",
    Text("身份证号码校验不通过：{subject}", "The resident ID number fails its check: {subject}"),
)
HANDLER_FIELD_MISSING = Refusal(
    "handler.field_missing",
    "S01-R1",
    Text("经办人资料缺少：{field}", "The handler's details lack: {field_en}"),
)
HANDLER_FIELD_WRONG = Refusal(
    "handler.field_wrong",
    "S01-R1",
    Text("经办人资料格式不对：{field}", "The handler's details are malformed: {field_en}"),
)
IDENTITY_MISSING = Refusal(
    "organization.identity_missing",
    "S01-G1",
    Text(
        "须提供统一社会信用代码，或《企业名称预先核准通知书》编号",
        "A unified social credit code, or the number of the notice of pre-approved name, is needed",
    ),
)

_RESIDENT_ID = re.compile(r"^[1-9][0-9]{16}[0-9X]$")
_FIELDS = {
    "name": Text("姓名", "name"),
    "phone": Text("联系电话", "phone"),
    "email": Text("电子邮箱", "e-mail"),
    "postal_address": Text("通信地址", "postal address"),
    "postcode": Text("邮编", "postcode"),
}
_SHAPES = {
    "phone": re.compile(r"^(1\d{10}|0\d{2,3}-?\d{7,8})$"),
    "email": re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    "postcode": re.compile(r"^\d{6}$"),
}


def uscc_refusals(code: str) -> tuple[Refusal, ...]:
    """Why `code` is not a unified social credit code (domain 4.7)."""
    return () if uscc.is_valid(code) and uscc.compact(code) == code else (USCC_INVALID.about(code),)


def resident_id_refusals(number: str) -> tuple[Refusal, ...]:
    """Why `number` is not a resident ID number (domain 4.7): 18 characters, birth date, check digit.

    The county is not looked up: counties are merged and renamed, and numbers given before stay valid.
    """
    return () if _is_resident_id(number) else (RESIDENT_ID_INVALID.about(number),)


def _is_resident_id(number: str) -> bool:
    if not _RESIDENT_ID.match(number) or ric.calc_check_digit(number) != number[-1]:
        return False
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return True


def handler_refusals(details: HandlerDetails) -> tuple[Refusal, ...]:
    """Why a handler's details are not complete: all five fields and the identity document (S01-R1)."""
    found: list[Refusal] = []
    for field, words in _FIELDS.items():
        value = getattr(details, field).strip()
        if not value:
            found.append(HANDLER_FIELD_MISSING.filled(field=words.zh, field_en=words.en))
        elif field in _SHAPES and not _SHAPES[field].match(value):
            found.append(HANDLER_FIELD_WRONG.filled(field=words.zh, field_en=words.en))
    return (*found, *resident_id_refusals(details.id_number))


def is_local(id_number: str, city_code: str) -> bool:
    """Whether a resident ID was issued in the city of a branch (S01-G2, Q-20)."""
    return id_number.startswith(city_code)
