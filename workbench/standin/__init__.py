"""A stand-in for Alexa: ears that take an utterance to an intent, and a device that talks to the function.

It is not Alexa. It knows the generated interaction model and Amazon's documented order of matching, and nothing of how
Alexa generalises from samples: what it catches, Alexa should catch; what it misses, Alexa may still catch.
"""
