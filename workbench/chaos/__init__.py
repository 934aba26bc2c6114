"""``make chaos``: the function under load, with a content store that hangs, errs, drips, lies, flaps and goes away."""
