"""The verbs of lines."""

from trunkline.subscriptions.operations.changing import (
    change_numbers,
    change_plans,
    change_users,
    close_offerings,
    open_offerings,
    relocate_lines,
    replace_sims,
    set_masks,
    terminate_lines,
    transfer_lines,
)
from trunkline.subscriptions.operations.connecting import connect_lines
from trunkline.subscriptions.operations.living import (
    activate_lines,
    advance_phases,
    exhaust_lines,
    recharge_lines,
    unlock_lines,
)
from trunkline.subscriptions.operations.passwords import (
    adopt_passwords,
    change_password,
    check_password,
    compare_nothing,
    deposit_password,
    reset_passwords,
)
from trunkline.subscriptions.operations.porting import check_port_code, send_port_codes
from trunkline.subscriptions.operations.stock import stock_sims
from trunkline.subscriptions.operations.stopping import (
    close_services,
    lift_stops,
    open_services,
    reopen_data,
    stop_lines,
)

__all__ = [
    "activate_lines",
    "adopt_passwords",
    "advance_phases",
    "change_numbers",
    "change_password",
    "change_plans",
    "change_users",
    "check_password",
    "check_port_code",
    "close_offerings",
    "close_services",
    "compare_nothing",
    "connect_lines",
    "deposit_password",
    "exhaust_lines",
    "lift_stops",
    "open_offerings",
    "open_services",
    "recharge_lines",
    "relocate_lines",
    "reopen_data",
    "replace_sims",
    "reset_passwords",
    "send_port_codes",
    "set_masks",
    "stock_sims",
    "stop_lines",
    "terminate_lines",
    "transfer_lines",
    "unlock_lines",
]
