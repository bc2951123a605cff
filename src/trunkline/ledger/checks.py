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
            "WHERE general_account IN ('customer_deposit', 'premium_unreleased', 'premium_released') "
            "GROUP BY account_id, general_account, subject HAVING sum(amount) > 0"
        ),
    ),
)
