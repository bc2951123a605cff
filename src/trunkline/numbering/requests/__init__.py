"""4006号码预占: what business units want of 400 numbers, and the desk that keeps them (P1-07, REG-16, REG-22)."""
