"""The service-item engine: orders, papers, guards, refusals, effects, slips (受理引擎)."""
