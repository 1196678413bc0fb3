"""Faults on purpose, between a cause and its letter: what is lost, what is doubled, what waits.

`make faults` plays them on PostgreSQL and Redis servers of its own, a real worker, a real clock and a mail server
whose manners change.
"""
