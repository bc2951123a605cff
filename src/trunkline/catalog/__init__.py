"""Offerings and prices: effective-dated, each with the regulator's reference (产品与资费)."""
