"""``python -m kambin``: the command line."""

from kambin.cli import main

main()
