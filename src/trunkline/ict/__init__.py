"""ICT contracts and revenue."""
