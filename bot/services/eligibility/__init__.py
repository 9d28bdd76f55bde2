"""Who has earned which rank: what rules need is loaded, judged, and kept."""
