"""Pages of messages that leave the house."""
