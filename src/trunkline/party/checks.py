"""Invariants of organisations."""

from __future__ import annotations

from trunkline.kernel.checks import Check
from trunkline.kernel.text import Text
from trunkline.party.models import Handler, Organization
from trunkline.party.rules import resident_id_refusals, uscc_refusals


def _bad_codes() -> list[str]:
    codes = Organization.objects.exclude(uscc=None).values_list("code", "uscc")
    return [f"{code} {uscc}" for code, uscc in codes if uscc_refusals(uscc or "")]


def _bad_handlers() -> list[str]:
    return [
        f"handler {pk}"
        for pk, number in Handler.objects.values_list("pk", "id_number")
        if resident_id_refusals(number)
    ]


CHECKS = (
    Check(
        "organization.uscc_valid",
        "S01-A1",
        Text("统一社会信用代码校验位正确", "Unified social credit codes have a right check digit"),
        _bad_codes,
    ),
    Check(
        "handler.id_valid",
        "S01-R1",
        Text("经办人身份证号码校验位正确", "Handlers' resident ID numbers have a right check digit"),
        _bad_handlers,
    ),
)
