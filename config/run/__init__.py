"""`make run`: the whole product under one process, from nothing to the last Ctrl-C.

`bootstrap` makes the virtual environment; then `__main__` tells the story in order, with the
`broker` that is found, the `prepare` steps of the database, the `supervisor` that keeps the
processes alive, and the `terminal` that says so in French.
"""
