"""The conditions under which a number may go to another operator (REG-17), the same when asked and when it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from trunkline.catalog.queries import parameter_on
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import guard, no_agreement_in_term, settled
from trunkline.counter.leaving import roaming_closed
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.types import Arrangement, NumberKind
from trunkline.ordering.item import Circumstances, LineGuard
from trunkline.subscriptions.rules import PORT_AFTER_DAYS

CLAUSE = "REG-17"
_MOVED = (Arrangement.MOVED_NEW, Arrangement.MOVED_OLD)


TOO_NEW = Refusal(
    "line.too_new",
    CLAUSE,
    Text(
        "号码{subject}入网或上次携转未满{days}天",
        "{subject} has not been with us for {days} days since its entry or last porting",
    ),
)


def load_wait(around: Circumstances, _: Sequence[LineFacts]) -> int:
    """How many days a line must have been with us."""
    return parameter_on(PORT_AFTER_DAYS, local_date(around.at))


def _long_enough(around: Circumstances, facts: LinesFacts, one: LineFacts) -> Iterable[Refusal]:
    wait: int = facts.more
    began = one.line.activated_at
    if began is not None and around.at >= began + timedelta(days=wait):
        return ()
    return (TOO_NEW.about(one.line.number, days=wait),)


CONDITIONS: tuple[LineGuard[LinesFacts, LineFacts], ...] = (
    guard(
        "is_mobile",
        CLAUSE,
        Text("号码{number}不是移动号码，不能携转", "{number} is no mobile number and cannot be ported"),
        lambda _, one: one.number is not None and one.number.kind is not NumberKind.MOBILE,
    ),
    guard(
        "real_name",
        CLAUSE,
        Text("号码{number}未完成实名登记", "The user of {number} is not registered by real name"),
        lambda _, one: not (one.line.user_name and one.line.user_id_number),
    ),
    guard(
        "normal_state",
        CLAUSE,
        Text("号码{number}不在正常状态（挂失、停机）", "{number} is reported lost, suspended or barred"),
        lambda _, one: bool(one.line.stop_causes),
    ),
    settled(CLAUSE),
    no_agreement_in_term(CLAUSE),
    roaming_closed(CLAUSE),
    LineGuard("long_enough", CLAUSE, TOO_NEW.text, _long_enough),
    guard(
        "not_moved",
        CLAUSE,
        Text("号码{number}为移机不改号，不能携转", "{number} was moved without change and cannot be ported"),
        lambda _, one: one.number is not None and one.number.arrangement in _MOVED,
    ),
)
