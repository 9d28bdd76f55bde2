"""Promotions: who is ready, what an officer approved, and how it is carried through."""
