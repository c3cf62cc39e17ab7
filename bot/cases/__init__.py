"""Cases 案件: what an operator can do to one, the same from Slack and from the web console.

Every command takes the open unit of work, checks, changes, audits and asks for the card to be
drawn again, all in that one transaction, and returns `Done`, `Conflict` or `Refused`.
"""
