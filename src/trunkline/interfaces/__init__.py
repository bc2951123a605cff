"""The doors: pages, commands, jobs and the API. None imports another."""
