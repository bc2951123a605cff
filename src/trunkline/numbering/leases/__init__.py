"""Numbers kept for customers for a while, and the queues for those that are not free (P1-07)."""
