"""Verbs on tickets: opening, handling, appeals, and what passing limits bring."""

from trunkline.care.operations.appeals import accept_appeal, appeal_ticket, decide_appeal
from trunkline.care.operations.clock import set_repair_limit, urge_overdue
from trunkline.care.operations.handling import (
    cancel_ticket,
    close_ticket,
    hand_over_ticket,
    hold_ticket,
    note_ticket,
    reopen_ticket,
    resolve_ticket,
    take_ticket,
)
from trunkline.care.operations.opening import open_ticket, open_tickets

__all__ = [
    "accept_appeal",
    "appeal_ticket",
    "cancel_ticket",
    "close_ticket",
    "decide_appeal",
    "hand_over_ticket",
    "hold_ticket",
    "note_ticket",
    "open_ticket",
    "open_tickets",
    "reopen_ticket",
    "resolve_ticket",
    "set_repair_limit",
    "take_ticket",
    "urge_overdue",
]
