"""Bills and payments (账单与收款)."""
