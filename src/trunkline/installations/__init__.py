"""Products other than lines that organisations hold (SID Product), and the work that brings them into service."""
