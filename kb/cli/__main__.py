"""``python -m kb.cli``: the command without its entry script."""

from kb.cli import main

main()
