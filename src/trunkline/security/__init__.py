"""Staff, branches, roles, actors, the audit trail and row-level security (安全与审计)."""
