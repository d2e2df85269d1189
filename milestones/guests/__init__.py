"""Pages for customers without an account: they answer questions, and agree on a kickoff."""
