"""What customers hold: lines with their numbers, plans, SIM cards, terminals and stop causes (用户)."""
