"""Messages: pure reading and writing, and the wire (IMAP, LMTP/SMTP in, SMTP out)."""
