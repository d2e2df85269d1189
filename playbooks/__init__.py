"""What the team does about it: nudges, messages, and what they say."""
