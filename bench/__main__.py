"""`make bench`: every measurement, one after the other."""

from bench import latency

latency.main()
