"""What the team should look at: noticed by itself, each with its evidence; and what came of what people said."""
