"""Stripe on loopback: the API, the pages for paying and managing, signed events, and a clock that renews."""
