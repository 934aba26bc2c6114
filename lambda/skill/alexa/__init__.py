"""The adapter: Alexa's requests in the guide's words, and the guide's replies in Alexa's."""
