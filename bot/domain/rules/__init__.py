"""A clan's rank rules: their language, and what they say of its members."""
