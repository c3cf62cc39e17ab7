"""The operators' desk in Slack: a view of the cases, drawn from the database, and its buttons."""
