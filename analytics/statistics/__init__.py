"""What counts say: curves, rates and intervals. Pure: no database, no clock."""
