"""The number inventory: ranges, grades, reservations, freezing (号码资源)."""
