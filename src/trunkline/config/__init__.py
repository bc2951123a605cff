"""Settings, addresses, entry points and the supervisor of the embedded PostgreSQL."""
