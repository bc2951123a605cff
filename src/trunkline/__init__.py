"""Trunkline (集客通): the business support system of a group-customer department."""
