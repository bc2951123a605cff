"""Usage into money: intake formats, the accepted store, the rating plan (计费)."""
