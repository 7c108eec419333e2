"""Google's side of the sandbox: identity and Calendar."""
