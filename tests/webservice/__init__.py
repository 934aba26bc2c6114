"""Tests of the web service; ``fake_alexa`` and ``authority`` sign requests as Alexa does."""
