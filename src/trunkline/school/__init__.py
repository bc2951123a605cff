"""School messaging (家校通)."""
