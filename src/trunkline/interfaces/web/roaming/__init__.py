"""The page of roaming destinations."""
