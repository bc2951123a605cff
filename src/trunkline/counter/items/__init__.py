"""One file for each service item of 篇6."""
