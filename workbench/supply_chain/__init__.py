"""What the project takes from others: which versions, under which licences, with which known vulnerabilities.

``make audit`` looks (``audit``), ``sam build`` writes down what went into the function's folder (``sbom``), and
``exceptions.toml`` says what is allowed and why.
"""
