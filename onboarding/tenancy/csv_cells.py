"""Cells of CSV files that spreadsheets take for text."""

import unicodedata

FORMULAS = ("=", "+", "-", "@", "|", "%")


def harmless(value):
    """The value; a text that a spreadsheet could take for a formula gets an apostrophe before it, whatever is dressed up around it."""
    if not isinstance(value, str):
        return value
    bare = unicodedata.normalize("NFKC", value).lstrip(" \t\r\n\"'\u200b\ufeff")
    return f"'{value}" if bare.startswith(FORMULAS) or value[:1] in ("\t", "\r") else value
