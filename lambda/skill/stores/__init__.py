"""Where the skill gets its release from."""
