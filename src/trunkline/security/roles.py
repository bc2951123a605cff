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
    "template.view",
    "line.view",
    "order.view",
    "bill.view",
    "number.view",
    "catalog.view",
    "ledger.view",
    "ticket.view",
    "installation.view",
)

#: Numbers kept for a customer, and the queues for those that are not free (P1-07).
_LEASING = ("number.reserve", "number.extend", "number.release", "number.wait", "number.stop_waiting")

#: What customers bring along from another operator (REG-17).
_PORTING = ("number.port_in",)

#: 400 numbers wanted by customers, told to the desk that keeps them (P1-07).
_REPORTING = ("number_request.report", "number_request.remark", "number_request.withdraw")

#: What numbers there are, and what the premium ones are worth (REG-21, REG-25).
_INVENTORY = ("number.define_range", "number.define_grade", "number.regrade", "number.stock")

#: Working through the steps that bring a product into service; which ones, each role says by name.
_FULFILLING = ("fulfilment.finish", "fulfilment.fail", "fulfilment.reopen")

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
            "detail.*",
            "scan.view",
            "verification.record",
            "payment.take",
            "payment.view",
            "breach.settle",
            *(*_LEASING, *_REPORTING, *_PORTING),
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
            "breach.propose",
            "breach.withdraw",
            "renewal.review",
            "order.*",
            "item.*",
            "detail.*",
            "scan.view",
            "verification.record",
            *(*_LEASING, *_REPORTING, *_PORTING),
            "payment.view",
            "points.view",
            "points.redeem",
            "installation.*",
            "fulfilment.customer_acceptance",
            *_FULFILLING,
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
            "detail.*",
            "scan.view",
            "verification.record",
            *(*_LEASING, *_REPORTING),
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
            "hotline.view",
            *_FIRST_CONTACT,
        ),
    ),
    #: S25-C: the only thing the dedicated line takes is a fault.
    RoleDeclaration(
        "hotline_10019_agent",
        Text("10019热线座席", "10019 hotline agent"),
        Channel.HOTLINE_10019,
        (
            *(*_READING, "order.place", "order.execute", "item.fault_report"),
            *("verification.record", "hotline.view", *_FIRST_CONTACT),
        ),
    ),
    #: Customers themselves, through the portal: what a page lets them see is their own.
    RoleDeclaration(
        "web_hall",
        Text("网上营业厅", "Web hall"),
        Channel.WEB_HALL,
        (
            "portal.*",
            "line.view",
            "order.view",
            "bill.view",
            "order.place",
            "order.execute",
            "item.*",
            "detail.view",
            "detail.record",
            "verification.record",
        ),
    ),
    RoleDeclaration(
        "billing_officer",
        Text("账务员", "Billing officer"),
        Channel.BACK_OFFICE,
        (
            *(*_READING, "usage.*", "bill.*", "payment.*", "invoice.*", "ledger.*", "ticket.*"),
            *("breach.propose", "breach.withdraw", "breach.settle"),
            *("verify.view", "fulfilment.billing_start", *_FULFILLING),
            *("message.view", "message.retry"),
        ),
    ),
    RoleDeclaration(
        "network_engineer",
        Text("网络支撑员", "Network engineer"),
        Channel.BACK_OFFICE,
        (
            *_READING,
            "fulfilment.resource_check",
            "fulfilment.resource_assignment",
            "fulfilment.construction",
            "fulfilment.joint_test",
            *_FULFILLING,
        ),
    ),
    RoleDeclaration(
        "department_manager",
        Text("集团客户事业部经理", "Department manager"),
        Channel.BACK_OFFICE,
        (
            *_READING,
            "agreement.review",
            "renewal.decide",
            "rule.*",
            "breach.approve",
            "breach.withdraw",
            "organization.*",
            "ticket.*",
            "payment.view",
            "audit.view",
            "token.*",
            "message.view",
            "message.retry",
        ),
    ),
    #: Keeps the 400 numbers for the business units (P1-07) and deals with the porting centre (REG-17).
    RoleDeclaration(
        "department_administrator",
        Text("部门综合管理员", "Department administrator"),
        Channel.BACK_OFFICE,
        (
            *(*_READING, *_LEASING, *_PORTING, "number_request.*", "number.take_back", "ticket.*"),
            *("item.port_out", "order.place", "order.execute", "verification.record"),
        ),
    ),
    RoleDeclaration(
        "product_manager",
        Text("产品经理", "Product manager"),
        Channel.BACK_OFFICE,
        (*_READING, "catalog.*", "clause.*", "template.*", "ticket.*", *_INVENTORY),
    ),
    RoleDeclaration(
        "branch_manager",
        Text("分公司经理", "Branch manager"),
        Channel.BACK_OFFICE,
        (
            *(*_READING, "agreement.review", "renewal.decide", "ticket.*"),
            *("payment.view", "usage.view", "audit.view"),
        ),
    ),
    RoleDeclaration(
        "auditor",
        Text("审计员", "Auditor"),
        Channel.BACK_OFFICE,
        (
            *(*_READING, "payment.view", "usage.view", "audit.view", "verify.view"),
            *("message.view", "scan.view"),
        ),
    ),
    RoleDeclaration("system", Text("系统", "System"), Channel.BACK_OFFICE, ("*",)),
)
