"""Invariants of bills and payments."""

from __future__ import annotations

from trunkline.kernel.checks import Check, places
from trunkline.kernel.text import Text


def _held_in_ledger(states: str, general_account: str) -> str:
    """Where the prepayments in some states and the ledger's account of their numbers differ."""
    return (
        "SELECT coalesce(i.account_id, p.account_id) || ' ' || coalesce(i.number, p.subject) FROM "
        "(SELECT account_id, number, sum(amount) AS held FROM billing_internationalprepayment "
        f"WHERE state IN ({states}) GROUP BY account_id, number) i "
        "FULL JOIN (SELECT account_id, subject, -sum(amount) AS held FROM ledger_posting "
        f"WHERE general_account = '{general_account}' AND subject <> '' GROUP BY account_id, subject) p "
        "ON p.account_id = i.account_id AND p.subject = i.number "
        "WHERE coalesce(i.held, 0) <> coalesce(p.held, 0)"
    )


CHECKS = (
    Check(
        "bill.total_is_its_lines",
        "",
        Text("账单合计等于明细之和", "A bill's total is the sum of its lines"),
        places(
            "SELECT b.number FROM billing_bill b LEFT JOIN billing_billline l ON l.bill_id = b.id "
            "GROUP BY b.id HAVING b.total <> coalesce(sum(l.amount), 0)"
        ),
    ),
    Check(
        "bill.total_is_posted",
        "",
        Text("账单合计等于其应收记账", "A bill's total is what the ledger posted as receivable"),
        places(
            "SELECT b.number FROM billing_bill b "
            "LEFT JOIN ledger_entry e ON e.source = 'bill' AND e.source_id = b.number "
            "LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.general_account = 'receivable' "
            "GROUP BY b.id HAVING b.total <> coalesce(sum(p.amount), 0)"
        ),
    ),
    Check(
        "bill.tax_is_posted",
        "",
        Text("账单税额等于其应交税费记账", "A bill's tax is what the ledger posted as tax"),
        places(
            "SELECT b.number FROM billing_bill b "
            "LEFT JOIN ledger_entry e ON e.source = 'bill' AND e.source_id = b.number "
            "LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.general_account = 'tax_payable' "
            "GROUP BY b.id HAVING b.tax_total <> -coalesce(sum(p.amount), 0)"
        ),
    ),
    Check(
        "bill.paid_is_allocated",
        "",
        Text("账单已缴金额等于收款分配之和", "What is paid of a bill is what payments allocated to it"),
        places(
            "SELECT b.number FROM billing_bill b LEFT JOIN billing_paymentallocation a ON a.bill_id = b.id "
            "GROUP BY b.id HAVING b.paid <> coalesce(sum(a.amount), 0)"
        ),
    ),
    Check(
        "account.balance_is_the_ledgers",
        "",
        Text("账户欠款等于其账单未缴之和", "What an account owes in the ledger is what its bills leave open"),
        places(
            "SELECT coalesce(b.account_id, p.account_id) FROM "
            "(SELECT account_id, sum(total - from_deposit - paid) AS owed FROM billing_bill GROUP BY account_id) b "
            "FULL JOIN (SELECT account_id, sum(amount) AS owed FROM ledger_posting "
            "WHERE general_account = 'receivable' GROUP BY account_id) p USING (account_id) "
            "WHERE coalesce(b.owed, 0) <> coalesce(p.owed, 0)"
        ),
    ),
    Check(
        "account.deposit_is_what_payments_left",
        "",
        Text(
            "账户预存款等于收款中未分配也未转退之和",
            "Money held for an account is what of its payments met no bill and was not given out",
        ),
        places(
            "SELECT coalesce(m.account_id, p.account_id) FROM "
            "(SELECT y.account_id, sum(y.amount - coalesce(a.used, 0) - coalesce(d.used, 0)) AS held "
            "FROM billing_payment y "
            "LEFT JOIN (SELECT payment_id, sum(amount) AS used FROM billing_paymentallocation GROUP BY payment_id) a "
            "ON a.payment_id = y.id "
            "LEFT JOIN (SELECT payment_id, sum(amount) AS used FROM billing_depositdraw GROUP BY payment_id) d "
            "ON d.payment_id = y.id "
            "WHERE y.purpose NOT IN ('premium_deposit', 'international', 'breach') AND y.account_id IS NOT NULL "
            "GROUP BY y.account_id) m "
            "FULL JOIN (SELECT account_id, -sum(amount) AS held FROM ledger_posting "
            "WHERE general_account = 'customer_deposit' AND subject = '' GROUP BY account_id) p USING (account_id) "
            "WHERE coalesce(m.held, 0) <> coalesce(p.held, 0)"
        ),
    ),
    Check(
        "payment.allocated_in_full",
        "",
        Text("未指定账户的收款全部分配到账单", "A payment that names no account is allocated whole"),
        places(
            "SELECT y.receipt_number FROM billing_payment y "
            "LEFT JOIN billing_paymentallocation a ON a.payment_id = y.id "
            "WHERE y.account_id IS NULL GROUP BY y.id HAVING y.amount <> coalesce(sum(a.amount), 0)"
        ),
    ),
    Check(
        "premium.adds_up",
        "P2-10",
        Text(
            "靓号预存款：未解冻、已解冻、已抵扣与折抵违约金之和等于收款",
            "Of a premium deposit, what is un-released, released, used and offset is what was received",
        ),
        places(
            "SELECT y.account_id || ' ' || y.subject FROM "
            "(SELECT account_id, subject, sum(amount) AS received FROM billing_payment "
            "WHERE purpose = 'premium_deposit' GROUP BY account_id, subject) y "
            "LEFT JOIN (SELECT p.account_id, p.subject, -sum(p.amount) AS held FROM ledger_posting p "
            "WHERE p.general_account IN ('premium_unreleased', 'premium_released') "
            "GROUP BY p.account_id, p.subject) h USING (account_id, subject) "
            "LEFT JOIN (SELECT p.account_id, p.subject, sum(p.amount) AS used FROM ledger_posting p "
            "JOIN ledger_entry e ON e.id = p.entry_id WHERE e.source = 'premium_use' "
            "AND p.general_account = 'premium_released' GROUP BY p.account_id, p.subject) u USING (account_id, subject) "
            'LEFT JOIN (SELECT account_id, number AS subject, sum("offset") AS met FROM billing_breachcase '
            "GROUP BY account_id, number) o USING (account_id, subject) "
            "WHERE y.received <> coalesce(h.held, 0) + coalesce(u.used, 0) + coalesce(o.met, 0)"
        ),
    ),
    Check(
        "breach.is_posted",
        "P2-21",
        Text(
            "违约的折抵与补足金额等于其记账，已结清的没有应收",
            "What a breach was met with is what the ledger posted, and nothing is owed of a settled one",
        ),
        places(
            "SELECT c.case_number FROM billing_breachcase c "
            "LEFT JOIN (SELECT e.source_id, "
            "sum(p.amount) FILTER (WHERE p.general_account = 'premium_unreleased') AS met, "
            "sum(p.amount) FILTER (WHERE p.general_account = 'breach_receivable') AS due "
            "FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id WHERE e.source = 'breach' GROUP BY 1) b "
            "ON b.source_id = c.case_number "
            "LEFT JOIN (SELECT subject, sum(amount) AS paid FROM billing_payment WHERE purpose = 'breach' GROUP BY 1) y "
            "ON y.subject = c.case_number "
            'WHERE coalesce(c."offset", 0) <> coalesce(b.met, 0) OR coalesce(c.top_up, 0) <> coalesce(b.due, 0) '
            "OR coalesce(y.paid, 0) <> CASE WHEN c.state = 'settled' THEN c.top_up ELSE 0 END"
        ),
    ),
    Check(
        "breach.offset_within_deposit",
        "P2-21",
        Text(
            "违约折抵不超过该号码收到的预存款",
            "A breach is offset from no more than its number's own deposit",
        ),
        places(
            "SELECT c.account_id || ' ' || c.number FROM (SELECT account_id, number, sum(\"offset\") AS met "
            "FROM billing_breachcase GROUP BY account_id, number) c "
            "WHERE c.met > (SELECT coalesce(sum(y.amount), 0) FROM billing_payment y WHERE y.purpose = 'premium_deposit' "
            "AND y.account_id = c.account_id AND y.subject = c.number)"
        ),
    ),
    Check(
        "premium.use_is_on_the_bill",
        "P2-09",
        Text("账单的靓号预存款抵扣等于其记账", "What a bill says its deposit met is what the ledger used"),
        places(
            "SELECT b.number FROM billing_bill b "
            "LEFT JOIN (SELECT split_part(e.source_id, ':', 1) AS number, sum(p.amount) AS used FROM ledger_entry e "
            "JOIN ledger_posting p ON p.entry_id = e.id AND p.general_account = 'premium_released' "
            "WHERE e.source = 'premium_use' GROUP BY 1) u USING (number) "
            "WHERE b.from_deposit <> coalesce(u.used, 0)"
        ),
    ),
    Check(
        "premium.meets_its_own_number",
        "P2-12",
        Text(
            "靓号预存款只抵扣本账户本号码的费用",
            "A premium deposit meets only what its own number is charged, on a bill of its own account",
        ),
        places(
            "SELECT e.source_id FROM ledger_entry e "
            "JOIN ledger_posting p ON p.entry_id = e.id AND p.general_account = 'premium_released' "
            "LEFT JOIN billing_bill b ON b.number = split_part(e.source_id, ':', 1) AND b.account_id = p.account_id "
            "LEFT JOIN (SELECT bill_id, number, sum(amount) AS charged FROM billing_billline GROUP BY bill_id, number) l "
            "ON l.bill_id = b.id AND l.number = p.subject "
            "WHERE e.source = 'premium_use' "
            "AND (p.subject <> split_part(e.source_id, ':', 2) OR p.amount > coalesce(l.charged, 0))"
        ),
    ),
    Check(
        "credit.within_rent",
        "REG-04",
        Text(
            "账单减免的月租费不超过该月收取的月租费",
            "Bills give back no more of a line's rent of a month than was charged for it",
        ),
        places(
            "SELECT g.line_id || ' ' || g.month FROM (SELECT line_id, explanation->>'rent_month' AS month, "
            "-sum(amount) AS given FROM billing_billline WHERE kind = 'credit' GROUP BY 1, 2) g "
            "LEFT JOIN (SELECT l.line_id, to_char(b.month, 'YYYY-MM') AS month, sum(l.amount) AS charged "
            "FROM billing_billline l JOIN billing_bill b ON b.id = l.bill_id WHERE l.kind = 'recurring' "
            "GROUP BY 1, 2) c USING (line_id, month) WHERE g.given > coalesce(c.charged, 0)"
        ),
    ),
    Check(
        "line.billed_once",
        "",
        Text("同一用户同一月只收一次月租费", "No line pays its plan twice for a month"),
        places(
            "SELECT l.line_id || ' ' || b.month FROM billing_billline l JOIN billing_bill b ON b.id = l.bill_id "
            "WHERE l.kind = 'recurring' AND l.code LIKE 'plan.%' GROUP BY l.line_id, b.month HAVING count(*) > 1"
        ),
    ),
    Check(
        "international.prepayment_is_held",
        "S08-F",
        Text(
            "国际业务预付款等于其记账",
            "Prepayments of international services are what the ledger holds",
        ),
        places(_held_in_ledger("'held'", "international_prepayment")),
    ),
    Check(
        "international.deposit_is_held",
        "S08-G2",
        Text(
            "国际业务预付款转存的预存款等于其记账",
            "What prepayments of international services have become is what the ledger holds",
        ),
        places(_held_in_ledger("'converted', 'refund_due'", "customer_deposit")),
    ),
    Check(
        "international.held_only_while_open",
        "S08-G2",
        Text(
            "业务关闭后国际业务预付款已转预存款",
            "No prepayment is held for a service that is closed",
        ),
        places(
            "SELECT p.number FROM billing_internationalprepayment p WHERE p.state = 'held' AND NOT EXISTS "
            "(SELECT FROM subscriptions_lineservice s "
            "WHERE s.line_id = p.line_id AND s.service = p.service AND s.valid_to IS NULL)"
        ),
    ),
    Check(
        "invoice.within_what_was_paid",
        "S15",
        Text(
            "有效发票不超过收款（扣除退款）或账单金额",
            "Invoices in force are never above what was paid and kept, or billed",
        ),
        places(
            "SELECT i.number FROM billing_invoice i LEFT JOIN billing_bill b ON b.id = i.bill_id "
            "LEFT JOIN billing_payment y ON y.id = i.payment_id "
            "LEFT JOIN (SELECT payment_id, sum(amount) AS back FROM billing_depositdraw "
            "WHERE refund_id IS NOT NULL GROUP BY payment_id) d ON d.payment_id = i.payment_id "
            "WHERE i.state = 'issued' AND i.amount > coalesce(b.total, y.amount - coalesce(d.back, 0))"
        ),
    ),
    Check(
        "invoice.taken_back_whole",
        "S15",
        Text("冲红发票与红字发票金额相抵", "An invoice taken back and its red-letter invoice make nothing"),
        places(
            "SELECT i.number FROM billing_invoice i LEFT JOIN billing_invoice r ON r.red_of_id = i.id "
            "WHERE (i.state = 'red') <> (r.id IS NOT NULL) "
            "OR (r.id IS NOT NULL AND (i.amount + r.amount <> 0 OR i.tax + r.tax <> 0))"
        ),
    ),
)
