"""`make bench`: what the product does under load, and what it costs beside a floor of the same run.

`python -m tests.bench` starts real servers (PostgreSQL, Redis, the web server as production runs
it) in a temporary folder, fills the database with `seed_scale`, and runs the command `bench`, which
plays, counts and prints. A count that is wrong fails the run; a time is only printed.
"""
