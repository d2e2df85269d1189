"""What the team does about it: playbooks, nudges, sessions, tasks and webhooks. Not built yet."""
