"""What leaves the house for a person: short messages, voice announcements, e-mail (S24-4)."""
