"""What this floor announces to whoever listens, within the transaction in which it happens."""

from django.dispatch import Signal

merged = Signal()  # people became one: other and survivor, ids; the other is no more in a moment
