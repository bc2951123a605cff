"""Invariants of the ledger."""

from __future__ import annotations

from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text

CHECKS = (
    Check(
        "ledger.entries_balance",
        "",
        Text(
            "每笔分录至少两笔且借贷相等",
            "Every entry has at least two postings, and they sum to zero",
        ),
        places(
            "SELECT e.source || ':' || e.source_id FROM ledger_entry e "
            "LEFT JOIN ledger_posting p ON p.entry_id = e.id "
            "GROUP BY e.id HAVING count(p.id) < 2 OR sum(p.amount) <> 0 OR NOT bool_and(p.branch_id = e.branch_id)"
        ),
    ),
    Check(
        "ledger.postings_have_entries",
        "",
        Text("没有无分录的记账", "No posting stands without its entry"),
        places(
            "SELECT p.id FROM ledger_posting p LEFT JOIN ledger_entry e ON e.id = p.entry_id WHERE e.id IS NULL"
        ),
    ),
    Check(
        "ledger.sums_to_zero",
        "",
        Text("总账合计为零", "The ledger sums to zero"),
        places("SELECT sum(amount) FROM ledger_posting HAVING sum(amount) <> 0"),
    ),
    Check(
        "ledger.deposits_not_negative",
        "P2-10",
        Text("预存款余额不为负", "No deposit is below zero"),
        places(
            "SELECT account_id || ' ' || general_account || ' ' || subject FROM ledger_posting "
            "WHERE general_account IN ('customer_deposit', 'premium_unreleased', 'premium_released', "
            "'international_prepayment') "
            "GROUP BY account_id, general_account, subject HAVING sum(amount) > 0"
        ),
    ),
    Check(
        "points.lots_within_bounds",
        "REG-31",
        Text(
            "每笔积分的余额不为负，也不超过所得",
            "What is left of a grant of points is never below zero nor more than was granted",
        ),
        places(
            "SELECT lot.source || ':' || lot.source_id FROM ledger_pointslot lot "
            "LEFT JOIN ledger_pointsmovement m ON m.lot_id = lot.id GROUP BY lot.id "
            "HAVING sum(m.points) NOT BETWEEN 0 AND lot.points OR NOT bool_and(m.branch_id = lot.branch_id)"
        ),
    ),
    Check(
        "points.lots_are_earned",
        "REG-31",
        Text(
            "每笔积分有且只有一次产生",
            "Every grant of points was earned by one movement of all its points, and no other",
        ),
        places(
            "SELECT lot.source || ':' || lot.source_id FROM ledger_pointslot lot "
            "LEFT JOIN ledger_pointsmovement m ON m.lot_id = lot.id AND m.kind = 'earned' GROUP BY lot.id "
            "HAVING count(m.id) <> 1 OR sum(m.points) <> lot.points"
        ),
    ),
    Check(
        "points.nothing_after_expiry",
        "REG-31",
        Text(
            "积分到期后除清零外不再变动，且不提前清零",
            "From the day points run out nothing moves them but their expiry, which is not before it",
        ),
        places(
            "SELECT lot.source || ':' || lot.source_id || ' ' || m.kind FROM ledger_pointsmovement m "
            "JOIN ledger_pointslot lot ON lot.id = m.lot_id "
            "WHERE (m.kind = 'expired') <> ((m.at AT TIME ZONE 'Asia/Shanghai')::date >= lot.expires_on)"
        ),
    ),
)
