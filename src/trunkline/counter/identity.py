"""Who the customer is, where the facts he gives are checked against what is registered (X-R2, S24-3, S30-A1).

Every check is kept, passed or not. A door's transaction is rolled back when it refuses, and the record of a wrong
try would go with it: so a check that fails is a value here, not `Refused`, and whoever shows it lets the
transaction end well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare

from trunkline.kernel.masking import masked_id
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.types import VerificationKind
from trunkline.ordering.verification import failures_since, record_verification
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import check_password, check_port_code
from trunkline.subscriptions.queries import line_by_number, locked_lines
from trunkline.subscriptions.rules import person_key
from trunkline.subscriptions.types import LineState, LineView

#: So many failures for a line within this time, by whatever means, and it is not checked any more (X-R2).
MOST_FAILURES = 5
WITHIN = timedelta(hours=1)

#: The same words whichever fact was wrong, even when there is no such number.
_NOT_PROVED = Text("所报信息与登记资料不符", "What was given does not agree with what is registered")
NOT_PROVED = {
    kind: Refusal("identity.not_proved", clause, _NOT_PROVED)
    for kind, clause in (
        (VerificationKind.SERVICE_PASSWORD, "X-R2"),
        (VerificationKind.THREE_CHECKS, "S24-3"),
        (VerificationKind.USER_CARD, "S30-A1"),
        (VerificationKind.PORT_CODE, "REG-17"),
    )
}
TOO_MANY_FAILURES = Refusal(
    "identity.too_many_failures",
    "X-R2",
    Text(
        "该号码一小时内身份核验失败过多，请稍后再试",
        "Proving who the customer is has failed too often for this number within an hour",
    ),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """How a check went: the id by which an order names it, or why it failed."""

    verification_id: int | None
    refusal: Refusal | None


def _checked(
    number: str, kind: VerificationKind, agrees: Callable[[LineView], bool], actor: Actor, at: datetime
) -> Identity:
    """Compare under the line's lock, so that tries at the same time are counted one after the other."""
    held = line_by_number(number.strip())
    line = locked_lines([held.id]).get(held.id) if held is not None else None
    if line is None or line.state is LineState.TERMINATED:
        return Identity(None, NOT_PROVED[kind])
    if failures_since(line.id, at - WITHIN) >= MOST_FAILURES:
        return Identity(None, TOO_MANY_FAILURES)
    passed = agrees(line)
    kept = record_verification(
        organization_id=line.organization_id,
        branch_id=line.branch_id,
        line_id=line.id,
        kind=kind,
        passed=passed,
        actor=actor,
        at=at,
    )
    return Identity(kept, None) if passed else Identity(None, NOT_PROVED[kind])


@operation("verification.record")
def verify_by_password(*, number: str, password: str, actor: Actor, at: datetime) -> Identity:
    """By number and service password (X-R2, S18-3)."""

    def agrees(line: LineView) -> bool:
        return check_password(line_id=line.id, password=password, actor=actor, at=at)

    return _checked(number, VerificationKind.SERVICE_PASSWORD, agrees, actor, at)


@operation("verification.record", kept={"id_number": masked_id})
def verify_by_three_checks(*, number: str, name: str, id_number: str, actor: Actor, at: datetime) -> Identity:
    """By number, and the name and identity number of the user registered for it (S24-3)."""

    def agrees(line: LineView) -> bool:
        same_name = constant_time_compare(line.user_name, name.strip())
        return constant_time_compare(line.user_id_number, person_key(id_number)) and same_name

    return _checked(number, VerificationKind.THREE_CHECKS, agrees, actor, at)


@operation("verification.record")
def verify_by_card(*, number: str, iccid: str, actor: Actor, at: datetime) -> Identity:
    """By number and the card in the customer's hand, whose ICCID the clerk reads (S30-A1)."""

    def agrees(line: LineView) -> bool:
        return bool(line.iccid) and constant_time_compare(line.iccid, iccid.strip())

    return _checked(number, VerificationKind.USER_CARD, agrees, actor, at)


@operation("verification.record", kept={"code": lambda _: None})
def verify_by_port_code(*, number: str, code: str, actor: Actor, at: datetime) -> Identity:
    """By the authorisation code that the line was sent for porting its number (REG-17)."""

    def agrees(line: LineView) -> bool:
        return check_port_code(line_id=line.id, code=code.strip(), actor=actor, at=at)

    return _checked(number, VerificationKind.PORT_CODE, agrees, actor, at)
