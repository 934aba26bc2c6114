"""What listeners ask in free words and the guide does or does not answer: counts, never words and never people."""
