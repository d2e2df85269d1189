"""The REST API of this floor."""
