"""The desk of staff: login, home."""
