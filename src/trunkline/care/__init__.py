"""Complaints and repairs (客户关怀)."""
