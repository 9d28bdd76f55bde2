"""Rank rules over a clan's history: what was known on any day, and what the rules would have done."""
