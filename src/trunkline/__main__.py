"""`python -m trunkline` is the same as the `trunkline` command."""

from trunkline.config.main import main

main()
