"""PostgreSQL and Valkey from wheels, and the children that run beside them: for the demo, the tests and the bench.

Standard library only, no Django: dev.py uses it before anything else can run.
"""
