"""What an address or a form asks for, read without trust."""

DIGITS = 18  # more do not fit the database's whole numbers


def whole_number(text: str | None) -> int | None:
    """The number that the text writes in plain digits; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= DIGITS else None
