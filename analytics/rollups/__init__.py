"""Roll-ups: small tables that are kept beside the facts, so that no page counts rows."""
