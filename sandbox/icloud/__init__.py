"""iCloud Calendar, as CalDAV clients meet it: its hosts, its passwords, its manners."""
