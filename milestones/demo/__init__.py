"""The demo: two fictitious vendors with their ladders, customers and events, sent through the tracking pipeline."""
