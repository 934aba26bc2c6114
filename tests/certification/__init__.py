"""Amazon's certification rules, and our own, over the whole conversation."""
