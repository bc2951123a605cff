"""The clause library: clauses with parameters, and the templates that are made of them (P2-08)."""
