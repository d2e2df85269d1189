"""What a person sees of their ladder: one document, shown by the hosted page, the widget and the API."""
