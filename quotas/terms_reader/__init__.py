"""How a terms file is read: its keys, its values, their dates and what they refer to."""
