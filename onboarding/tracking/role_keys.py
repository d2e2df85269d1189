"""What a role is compared by."""

import unicodedata

LONGEST = 60
MARKS = ("Mn", "Mc")  # many scripts write their vowels with them


def role_key(text) -> str:
    """A role as it is compared: 'Power user' and 'power-user' are power_user. Letters, digits and marks of every script count."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", str(text)).lower())
    words = "".join(each if each.isalnum() or unicodedata.category(each) in MARKS else " " for each in plain).split()
    return "_".join(words)[:LONGEST].strip("_")
