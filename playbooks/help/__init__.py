"""The help centre: articles that are written, published, found, linked from steps, and said to have helped or not."""
