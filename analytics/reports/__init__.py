"""Stakeholder reports: what was true, frozen, in words and charts, on a page, on paper, by mail, and as data."""
