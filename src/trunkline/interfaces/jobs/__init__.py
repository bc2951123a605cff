"""The job door: what the worker can be asked to do, by name."""
