"""The customer's own door: the web hall (网上营业厅)."""
