"""Organisations, their handlers and contacts, and their billing accounts (三户中的客户与账户)."""
