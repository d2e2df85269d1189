"""What members see of this floor: the event debugger, the catalogue, sources and keys."""
