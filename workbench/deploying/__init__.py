"""What stands behind ``make deploy``: settings, what must be true first, the skill package, and the passes of a deploy."""
