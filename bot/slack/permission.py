"""Who may act: members of two Slack user groups, asked of Slack and remembered for a minute."""

from datetime import datetime, timedelta
from enum import IntEnum

from bot.clock import Clock
from bot.slack.client import SlackClient
from bot.slack.errors import SlackTemporaryError
from bot.slack.payload import Json, part
from mail.names import clean_line

REMEMBERED = timedelta(seconds=60)
BARRED = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
DENIED = "この操作は、窓口の担当者グループのメンバーだけが行えます。管理者にご確認ください。"


class Role(IntEnum):
    """What a person of the workspace may do; each role may do what those before it may."""

    NONE = 0
    OPERATOR = 1
    LEAD = 2


class Permissions:
    """The roles of people, as the two user groups say; guests have none whatever a group says.

    When Slack can't be asked and nothing fresh is remembered, nobody may do anything.
    """

    def __init__(self, client: SlackClient, operators: str, leads: str, clock: Clock) -> None:
        self._client = client
        self._groups = {Role.LEAD: leads, Role.OPERATOR: operators}
        self._clock = clock
        self._members: dict[Role, tuple[datetime, frozenset[str]]] = {}
        self._barred: dict[str, tuple[datetime, bool]] = {}
        self._names: dict[str, str] = {}

    async def role(self, user: str) -> Role:
        """Return what `user` (a Slack id) may do; raise `SlackTemporaryError` if unknown now."""
        if await self._is_barred(user):
            return Role.NONE
        for role in self._groups:
            if user in await self._in_group(role):
                return role
        return Role.NONE

    def name(self, user: str) -> str:
        """Return how a person whose role was asked for is called, or an empty text."""
        return self._names.get(user, "")

    async def _in_group(self, role: Role) -> frozenset[str]:
        known = self._members.get(role)
        if known and self._fresh(known[0]):
            return known[1]
        members = await self._listed(self._groups[role])
        self._members[role] = (self._clock(), members)
        return members

    async def _listed(self, group: str) -> frozenset[str]:
        try:
            answer = await self._client.call("usergroups.users.list", usergroup=group)
        except SlackTemporaryError as error:
            if error.code == "no_such_subteam":
                return frozenset()
            raise
        return frozenset(str(user) for user in answer["users"])

    async def _is_barred(self, user: str) -> bool:
        known = self._barred.get(user)
        if known and self._fresh(known[0]):
            return known[1]
        answer = await self._client.call("users.info", user=user)
        barred = any(answer["user"].get(mark) for mark in BARRED)
        self._names[user] = _name(answer["user"])
        self._barred[user] = (self._clock(), barred)
        return barred

    def _fresh(self, since: datetime) -> bool:
        return self._clock() - since < REMEMBERED


def _name(user: Json) -> str:
    shown = part(user, "profile").get("display_name") or user.get("real_name")
    return clean_line(str(shown or ""))
