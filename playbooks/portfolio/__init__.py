"""The portfolio: every account with how it is doing, what to do first, and what a member does about several at once."""
