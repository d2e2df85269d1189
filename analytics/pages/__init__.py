"""Pages of this floor: they ask, and show the answers with their words."""
