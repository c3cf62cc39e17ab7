"""A double of Slack over real sockets, strict where the real one is: for the desk's tests.

It speaks the Web API, signed HTTP delivery and Socket Mode to a real slack_bolt, refuses what
Slack refuses, and fails on demand. People in it see only what is on their screens.
"""

from tests.slack_double.double import SlackDouble
from tests.slack_double.faults import Fault
from tests.slack_double.people import NotOnScreenError, Person, UnansweredError

__all__ = ["Fault", "NotOnScreenError", "Person", "SlackDouble", "UnansweredError"]
