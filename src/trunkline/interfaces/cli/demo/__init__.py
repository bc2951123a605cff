"""The demo province: invented, deterministic from a seed, made by the same verbs as real work."""
