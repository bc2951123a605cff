"""Pages of the products of the last page: ordering them, the work on them, what customers hold."""
