"""The desk of the hotlines 10010 and 10019."""
