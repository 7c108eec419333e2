"""Histories in every run, in as many modules as there may be processes; `make histories` plays 2,000, `make simulate` any number."""
