"""Webhooks: telling other systems what happens here, at least once each, to public addresses only."""
