"""The outside world on loopback: Microsoft, Google and a mailbox, with a memory, a settable clock and faults."""
