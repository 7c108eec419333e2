"""The pages for whoever looks for a way to keep calendars in step: features, recipes, use cases, words, help."""
