"""Microsoft's side of the sandbox: identity and Graph."""
