"""The department's own office work (综合管理)."""
