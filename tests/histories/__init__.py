"""The histories of every run, in as many modules as there may be processes; `make simulate` plays any number."""
