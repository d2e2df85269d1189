"""Nudges: when one is due, whether it may go out now, and handing it over."""
