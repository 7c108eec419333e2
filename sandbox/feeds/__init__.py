"""Calendars that are published at addresses: Outlook's, Google's, iCloud's, and a club's own."""
