"""The building: settings, addresses, the queue and the clock. It names the floors by string only."""
