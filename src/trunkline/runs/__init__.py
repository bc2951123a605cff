"""The machines that turn by themselves: usage intake and the bill run (批处理)."""
