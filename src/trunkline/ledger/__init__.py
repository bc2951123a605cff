"""Double-entry balances: cash, receivables, premium deposits, revenue, tax (账本)."""
