"""What `init` writes: a commented desk.toml and sample registers to start from."""

from datetime import datetime

from bot.demo.samples.registers import sample_registers

DESK_TOML = """\
# Settings of the desk. Secrets never stand here: set them in the environment, or name a file:
#   MADOGUCHI_MAILBOX_DAX_PASSWORD or MADOGUCHI_MAILBOX_DAX_PASSWORD_FILE,
#   MADOGUCHI_SMTP_PASSWORD, MADOGUCHI_SLACK_BOT_TOKEN, MADOGUCHI_SLACK_APP_TOKEN.
# Relative paths start at the folder of this file.

[desk]
name = "サポート窓口"                     # who signs the replies
timezone = "Asia/Tokyo"
database = "sqlite:///desk.db"            # or postgresql://user@host/desk
blobs = "blobs"                           # where the raw mails are kept
# closed = ["2026-12-29..2027-01-03"]     # company holidays, besides the national ones
# language = "ja"                         # or "en"
# replies_per_day = 5                     # automatic replies to one address and day, at most

[smtp]                                    # the outgoing server
host = "127.0.0.1"
port = 2525
security = "none"                         # none | starttls | tls
# user = "desk"

# [web]                                   # leave out to serve no pages
# listen = "127.0.0.1:8080"               # let a proxy in front of it speak TLS
# address = "https://desk.example.jp"     # what people type
# proxies = ["127.0.0.1"]                 # whose word on a visitor's address counts

# [slack]                                 # leave out to run without Slack
# mode = "socket"                         # socket | http
# operators = "S0OPERATORS"               # user groups that may act
# leads = "S0LEADS"
# queues = { default = "C0TRIAGE" }       # a channel for each queue

[[mailbox]]
name = "dax"
programme = "desknets-dax"
channel = "email"                         # email | fax
address = "dax@desk.example"
imap = { host = "127.0.0.1", port = 1143, user = "dax", folder = "INBOX", security = "none" }
# or: lmtp = { listen = "127.0.0.1:2424" }
trusted_authserv = "mx.desk.example"      # whose Authentication-Results are believed
authentication = "require"                # require | prefer | off
# first_run = "archive"                   # mail that is there already is recorded, never answered

# [programmes]
# folder = "programmes"                   # terms files of your own
"""


def starter_files(now: datetime) -> dict[str, str]:
    """Return the files of a new desk by name, the sample registers dated around `now`."""
    registers = sample_registers(now.date())
    return {"desk.toml": DESK_TOML, **{f"samples/{n}": text for n, text in registers.items()}}
