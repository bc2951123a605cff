"""Pages of the number inventory."""
