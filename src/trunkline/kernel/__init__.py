"""What every context stands on: words, refusals, money, time, transitions, bulk writes, jobs by name."""
