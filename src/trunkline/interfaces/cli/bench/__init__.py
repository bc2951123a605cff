"""The frame of all benchmarks: what is measured, how often, against which floor."""
