"""What the items that take money share (S14): methods, references, and recharging prepaid lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, Origin
from trunkline.party.types import PAYMENT_METHOD_NAMES, PaymentMethod

REFERENCE_NEEDED = Refusal(
    "payment.reference_needed",
    "S14",
    Text(
        "{method}须填写凭证号（支票号、转账或托收流水号）",
        "A reference is needed: the cheque's, the transfer's or the collection's number",
    ),
)
NOTHING_PAID = Refusal(
    "payment.amount_needed", "S14", Text("须填写大于零的金额", "An amount above zero is needed")
)

METHOD_FIELDS = (
    Field(
        "method",
        Text("付款方式", "Payment method"),
        FieldKind.CHOICE,
        tuple((str(method), name) for method, name in PAYMENT_METHOD_NAMES.items()),
        clause="S14",
    ),
    Field("reference", Text("凭证号", "Reference"), required=False, clause="S14"),
)


def _referred(around: Circumstances, _: Any) -> Iterable[Refusal]:
    details = around.request.details
    method = details.get("method", PaymentMethod.CASH)
    if method == PaymentMethod.CASH or "reference" in details:
        return ()
    return (REFERENCE_NEEDED.filled(method=PAYMENT_METHOD_NAMES[PaymentMethod(method)].zh),)


#: S14: whatever is not cash leaves a number by which the bank's papers are found again.
REFERENCE_GIVEN: Guard[Any] = Guard(
    "reference_given", "S14", REFERENCE_NEEDED.text, _referred, Origin.INFERRED
)
