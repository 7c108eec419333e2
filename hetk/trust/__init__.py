"""The pages that reviewers read, and the contract: put together from what the product is, never claimed beside it."""
