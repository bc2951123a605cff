"""Invariants of orders (S01-R2, X-R1)."""

from __future__ import annotations

from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text

_AS_FILED = """
SELECT o.number || ' ' || s.name FROM ordering_paperscan s
JOIN ordering_orderpaper p ON p.id = s.paper_id
JOIN ordering_order o ON o.id = p.order_id
LEFT JOIN ordering_scancontent c ON c.scan_id = s.id
WHERE c.id IS NULL OR encode(sha256(c.content), 'hex') <> s.digest OR length(c.content) <> s.size
    OR s.branch_id <> p.branch_id OR c.branch_id <> p.branch_id OR NOT p.copy_kept
"""

CHECKS = (
    Check(
        "scan.as_filed",
        "S01-R2",
        Text("扫描件与归档时一致", "Every scan is what was filed"),
        places(_AS_FILED),
    ),
)
