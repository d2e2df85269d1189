"""Facts: sources, accounts, people, seats, events, and the doors they come in by."""
