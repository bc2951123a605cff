"""The web door: the workbench."""
