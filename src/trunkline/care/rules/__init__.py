"""Pure rules of tickets: `limits` (the clock), `opening`, `handling` (from hand to hand to the archive), `appeals`."""
