"""Whatever a request looks like: never an exception, always a response that Alexa and the listener can take."""
