"""The adapter: Alexa's requests in the guide's words, and the guide's replies in Alexa's."""

from alexa.lean_imports import shorten

shorten()  # before any module of this package imports ask-sdk
