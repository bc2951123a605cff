"""The engine of service items: judge, place, carry out. One line or 50,000 take the same road."""

from trunkline.ordering.engine.carrying import (
    PORTION,
    Judged,
    begin,
    carry_out,
    carry_out_judged,
    carry_out_portion,
    fulfil,
    locked_order,
    mark_failed,
)
from trunkline.ordering.engine.judging import JudgedLine, Judgement, circumstances, judge, tidied
from trunkline.ordering.engine.placing import placed_before, record_order, request_of
from trunkline.ordering.engine.states import change_state, try_again, withdraw

__all__ = [
    "PORTION",
    "Judged",
    "JudgedLine",
    "Judgement",
    "begin",
    "carry_out",
    "carry_out_judged",
    "carry_out_portion",
    "change_state",
    "circumstances",
    "fulfil",
    "judge",
    "locked_order",
    "mark_failed",
    "placed_before",
    "record_order",
    "request_of",
    "tidied",
    "try_again",
    "withdraw",
]
