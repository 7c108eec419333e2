"""Plans, trials and payment: who may keep how many calendars in step, and until when."""
