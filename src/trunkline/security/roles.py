"""Which role may do what. A verb of an operation is a permission of the same name (domain 7)."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.kernel.text import Text
from trunkline.security.types import Channel


@dataclass(frozen=True, slots=True)
class RoleDeclaration:
    """A role: its title, the channel its holders serve through, and its permissions."""

    code: str
    title: Text
    channel: Channel
    permissions: tuple[str, ...]


#: What everyone at the desk may look at.
_READING = (
    "organization.view",
    "agreement.view",
    "line.view",
    "order.view",
    "bill.view",
    "number.view",
    "catalog.view",
    "ledger.view",
    "ticket.view",
)

#: Whoever the customer speaks to first takes the ticket down and stays answerable for it (首问负责, S25-1).
_FIRST_CONTACT = ("ticket.open", "ticket.note", "ticket.hand_over", "ticket.reopen")

ROLES: tuple[RoleDeclaration, ...] = (
    RoleDeclaration(
        "clerk",
        Text("营业员", "Hall clerk"),
        Channel.OWN_HALL,
        (
            *_READING,
            "order.*",
            "item.*",
            "verification.record",
            "payment.take",
            "payment.view",
            "number.reserve",
            "number.release",
            "handler.register",
            "points.view",
            "points.redeem",
            *_FIRST_CONTACT,
        ),
    ),
    RoleDeclaration(
        "account_manager",
        Text("集团客户经理", "Account manager"),
        Channel.ACCOUNT_MANAGER,
        (
            *_READING,
            "organization.*",
            "handler.register",
            "agreement.*",
            "order.*",
            "item.*",
            "verification.record",
            "number.reserve",
            "number.release",
            "payment.view",
            "points.view",
            "points.redeem",
            *_FIRST_CONTACT,
        ),
    ),
    RoleDeclaration(
        "grid_manager",
        Text("网格经理", "Grid manager"),
        Channel.GRID_MANAGER,
        (
            *_READING,
            "order.*",
            "item.*",
            "verification.record",
            "number.reserve",
            "number.release",
            "handler.register",
            "points.view",
            "points.redeem",
            *_FIRST_CONTACT,
        ),
    ),
    RoleDeclaration(
        "hotline_agent",
        Text("热线座席", "Hotline agent"),
        Channel.HOTLINE_10010,
        (
            *_READING,
            "order.place",
            "order.execute",
            "item.*",
            "verification.record",
            "points.view",
            *_FIRST_CONTACT,
        ),
    ),
    RoleDeclaration(
        "billing_officer",
        Text("账务员", "Billing officer"),
        Channel.BACK_OFFICE,
        (*_READING, "usage.*", "bill.*", "payment.*", "invoice.*", "ledger.*", "ticket.*", "verify.view"),
    ),
    RoleDeclaration(
        "department_manager",
        Text("集团客户事业部经理", "Department manager"),
        Channel.BACK_OFFICE,
        (*_READING, "rule.*", "organization.*", "ticket.*", "payment.view", "audit.view", "token.*"),
    ),
    RoleDeclaration(
        "product_manager",
        Text("产品经理", "Product manager"),
        Channel.BACK_OFFICE,
        (*_READING, "catalog.*", "ticket.*"),
    ),
    RoleDeclaration(
        "branch_manager",
        Text("分公司经理", "Branch manager"),
        Channel.BACK_OFFICE,
        (*_READING, "ticket.*", "payment.view", "usage.view", "audit.view"),
    ),
    RoleDeclaration(
        "auditor",
        Text("审计员", "Auditor"),
        Channel.BACK_OFFICE,
        (*_READING, "payment.view", "usage.view", "audit.view", "verify.view"),
    ),
    RoleDeclaration("system", Text("系统", "System"), Channel.BACK_OFFICE, ("*",)),
)
