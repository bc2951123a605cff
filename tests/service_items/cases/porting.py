"""Cases of porting numbers away (REG-17)."""

from __future__ import annotations

from tests.lines import connect
from tests.service_items import Cases, Prepare
from tests.service_items.cases.relocation import fixed_lines, kept_before
from tests.service_items.scene import Scene
from tests.service_items.states import (
    asks,
    both,
    holds_money,
    in_agreement,
    owes,
    roams,
    stopped,
    verified,
)
from trunkline.counter.parameters import adjust_parameter
from trunkline.kernel.periods import local_date
from trunkline.messaging.queries import find_messages
from trunkline.messaging.types import Purpose
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import NumberState
from trunkline.ordering.types import VerificationKind
from trunkline.subscriptions.types import LineState, LineView, StopCause

CASES = Cases()
CODE, OUT = "port_out_code", "port_out"


def after_days(days: int) -> Prepare:
    """How long a line must have been with us."""

    def prepare(scene: Scene) -> None:
        at = scene.before()
        adjust_parameter(
            code="port.after_days",
            value=str(days),
            valid_from=local_date(at),
            reference="皖通信〔2026〕17号",
            actor=scene.actor,
            at=at,
        )

    return prepare


def joins_today(scene: Scene) -> None:
    scene.lines += connect(scene.world, scene.actor, scene.before(), 1)


CASES.ready.update(
    {
        CODE: after_days(1),
        OUT: both(after_days(1), verified(VerificationKind.PORT_CODE), asks(recipient="china_mobile")),
    }
)


@CASES.shows(CODE)
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.state for line in after} == {LineState.ACTIVE}
    sent = find_messages(purpose=Purpose.PORT_CODE)
    assert sorted(message.line_id for message in sent) == sorted(line.id for line in after)
    assert all(message.secret for message in sent)


@CASES.shows(OUT)
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.state for line in after} == {LineState.TERMINATED}
    gone = numbers([line.number for line in scene.lines]).values()
    assert {(view.state, view.frozen_until) for view in gone} == {(NumberState.PORTED_OUT, None)}


for _item in (CODE, OUT):
    CASES.refused.update(
        {
            (_item, "is_mobile"): fixed_lines,
            (_item, "normal_state"): stopped(StopCause.LOSS),
            (_item, "settled"): owes,
            (_item, "no_agreement_in_term"): in_agreement,
            (_item, "roaming_closed"): roams,
            (_item, "long_enough"): joins_today,
            (_item, "not_moved"): kept_before,
        }
    )
CASES.refused[OUT, "refund_arranged"] = holds_money
