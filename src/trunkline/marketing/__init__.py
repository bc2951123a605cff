"""Segmentation, opportunities, bundles (市场营销)."""
