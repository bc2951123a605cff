"""Framework agreements, their attachments, and commitments on premium numbers (入网协议)."""
