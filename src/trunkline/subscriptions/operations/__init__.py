"""The verbs of lines."""

from trunkline.subscriptions.operations.changing import (
    change_numbers,
    change_plans,
    change_users,
    close_offerings,
    open_offerings,
    replace_sims,
    set_masks,
    terminate_lines,
    transfer_lines,
)
from trunkline.subscriptions.operations.connecting import connect_lines
from trunkline.subscriptions.operations.stock import stock_sims
from trunkline.subscriptions.operations.stopping import (
    close_services,
    lift_stops,
    open_services,
    stop_lines,
)

__all__ = [
    "change_numbers",
    "change_plans",
    "change_users",
    "close_offerings",
    "close_services",
    "connect_lines",
    "lift_stops",
    "open_offerings",
    "open_services",
    "replace_sims",
    "set_masks",
    "stock_sims",
    "stop_lines",
    "terminate_lines",
    "transfer_lines",
]
