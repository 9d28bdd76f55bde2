"""The Wise Old Man API: typed answers, one method an endpoint, pacing, retries."""
