"""Tariffs made ready for rating: what a price row takes, when each time band is, and both as look-up tables."""
