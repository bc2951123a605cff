"""Pages of tickets: faults, complaints, enquiries."""
