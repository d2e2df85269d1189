"""Drafts: a ladder's document while it is edited. Edits are pure functions, saved one by one so that each can be undone."""
