"""Invariants of orders, of their papers and of what stands in for papers."""

from __future__ import annotations

from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text

_UNPROVED = """
SELECT 'portal session ' || s.id FROM ordering_portalsession s
JOIN ordering_verification p ON p.id = s.proof_id
LEFT JOIN ordering_verification o ON o.id = s.organization_proof_id
WHERE NOT (p.passed AND p.kind = 'service_password' AND p.channel = 'web_hall'
           AND p.line_id = s.line_id AND p.organization_id = s.organization_id)
   OR (o.id IS NOT NULL AND NOT (o.passed AND o.kind = 'service_password' AND o.channel = 'web_hall'
           AND o.line_id IS NULL AND o.organization_id = s.organization_id))
ORDER BY s.id
"""
_OF_OTHERS = """
SELECT 'portal session ' || s.id FROM ordering_portalsession s JOIN party_handler h ON h.id = s.handler_id
WHERE h.organization_id <> s.organization_id ORDER BY s.id
"""
_AS_FILED = """
SELECT o.number || ' ' || s.name FROM ordering_paperscan s
JOIN ordering_orderpaper p ON p.id = s.paper_id
JOIN ordering_order o ON o.id = p.order_id
LEFT JOIN ordering_scancontent c ON c.scan_id = s.id
WHERE c.id IS NULL OR encode(sha256(c.content), 'hex') <> s.digest OR length(c.content) <> s.size
    OR s.branch_id <> p.branch_id OR c.branch_id <> p.branch_id OR NOT p.copy_kept
"""
_OF_ONE_VISIT = """
SELECT v.number || ' ' || o.number FROM ordering_order o JOIN ordering_visit v ON v.id = o.visit_id
WHERE o.organization_id <> v.organization_id OR o.branch_id <> v.branch_id
    OR o.handler_id IS DISTINCT FROM v.handler_id
ORDER BY o.id
"""

CHECKS = (
    Check(
        "portal.session_proved",
        "X-R2",
        Text(
            "网上营业厅的每次登录都以本号码的服务密码核验通过为据",
            "Each session of the portal rests on a passed check of its line's service password",
        ),
        places(_UNPROVED),
    ),
    Check(
        "portal.session_handler",
        "X-A1",
        Text(
            "网上营业厅的经办人属于其办理业务的单位",
            "A handler at the portal belongs to the organisation he acts for",
        ),
        places(_OF_OTHERS),
    ),
    Check(
        "scan.as_filed",
        "S01-R2",
        Text("扫描件与归档时一致", "Every scan is what was filed"),
        places(_AS_FILED),
    ),
    Check(
        "visit.orders_of_one_customer",
        "P4-40",
        Text(
            "一站式受理的各张订单属于同一单位、同一经办人",
            "All orders of a visit are of its organisation and its handler",
        ),
        places(_OF_ONE_VISIT),
    ),
)
