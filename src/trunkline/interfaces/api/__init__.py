"""The API door (TM Forum)."""
