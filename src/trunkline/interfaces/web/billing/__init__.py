"""Pages of bills, payments, runs and usage."""
