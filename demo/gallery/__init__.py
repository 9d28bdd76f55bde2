"""``python -m demo.gallery DIR``: pictures of every screen, as Discord shows them to the made-up clan."""
