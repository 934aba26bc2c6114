"""The guide itself: what is understood and what is said. It knows nothing of Alexa, AWS or Flask."""
