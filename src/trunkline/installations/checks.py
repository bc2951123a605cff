"""Invariants of installed products."""

from __future__ import annotations

from trunkline.installations.types import INSTALLATION_LIFE, InstallationEvent, InstallationState, TaskKind
from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text

#: How many steps are done in each state, as the table of transitions has it.
_DONE = {InstallationState.ORDERED: 0} | {
    INSTALLATION_LIFE.target(InstallationEvent(kind.value)): done for done, kind in enumerate(TaskKind, 1)
}
_CASES = " ".join(f"WHEN '{state}' THEN {done}" for state, done in _DONE.items())

CHECKS = (
    Check(
        "installation.tasks_follow_state",
        "S99-1",
        Text("产品实例的状态与已完成的任务一致", "A product's state is that of the steps done for it"),
        places(
            "SELECT i.number FROM installations_installation i "
            "LEFT JOIN installations_task t ON t.installation_id = i.id AND t.state = 'done' "
            f"WHERE i.state <> 'cancelled' GROUP BY i.id HAVING count(t.id) <> CASE i.state {_CASES} "
            f"ELSE {len(TaskKind)} END ORDER BY i.number"
        ),
    ),
    Check(
        "installation.rate_while_in_service",
        "S99-F",
        Text(
            "在网产品有且只有一个未到期的月租费，已拆除的没有",
            "A product in service has one monthly fee that lasts, a removed one none",
        ),
        places(
            "SELECT i.number FROM installations_installation i "
            "LEFT JOIN installations_rate r ON r.installation_id = i.id AND r.valid_to IS NULL "
            "GROUP BY i.id HAVING count(r.id) <> (i.state = 'in_service')::int ORDER BY i.number"
        ),
    ),
    Check(
        "installation.account_own",
        "S99-A1",
        Text("产品实例的付费账户属于其集团客户", "A product's billing account is its organisation's"),
        places(
            "SELECT i.number FROM installations_installation i JOIN party_account a ON a.id = i.account_id "
            "WHERE a.organization_id <> i.organization_id OR a.branch_id <> i.branch_id ORDER BY i.number"
        ),
    ),
    Check(
        "installation.number_in_use",
        "REG-22",
        Text("在用的400号码都有且只有一个产品", "A 400 number in use has one product, and no other has one"),
        places(
            "SELECT coalesce(n.number, i.characteristics->>'number') FROM "
            "(SELECT number FROM numbering_number WHERE kind = 'service_400' AND state = 'in_use') n "
            "FULL JOIN (SELECT characteristics FROM installations_installation "
            "WHERE specification = 'service_400' AND state NOT IN ('removed', 'cancelled')) i "
            "ON i.characteristics->>'number' = n.number WHERE n.number IS NULL OR i.characteristics IS NULL "
            "ORDER BY 1"
        ),
    ),
    Check(
        "installation.order_ends_with_it",
        "S99-1",
        Text(
            "产品在网时其订单竣工，未在网时订单在途",
            "An order is completed once its product is in service, and in progress before",
        ),
        places(
            "SELECT i.number FROM installations_installation i JOIN ordering_order o ON o.id = i.order_id "
            "WHERE i.state <> 'cancelled' AND "
            "(i.state IN ('in_service', 'removed')) <> (o.state = 'completed') ORDER BY i.number"
        ),
    ),
    Check(
        "installation.same_branch",
        "P5-2",
        Text("产品实例的附属记录与其属同一分公司", "What belongs to a product lies in the product's branch"),
        places(
            " UNION ALL ".join(
                f"SELECT '{table} ' || c.id FROM installations_{table} c JOIN installations_installation i "
                "ON i.id = c.installation_id WHERE c.branch_id <> i.branch_id"
                for table in ("place", "task", "event", "rate")
            )
        ),
    ),
)
