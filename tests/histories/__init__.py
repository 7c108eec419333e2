"""The 2,000 histories of every run, in as many modules as there may be processes; `make simulate` plays any number."""
