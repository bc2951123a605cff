"""Cases of service items, a module for each family of items."""
