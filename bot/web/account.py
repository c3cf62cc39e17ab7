"""One's own account."""

from bot.web.room import Room

ROOM = Room(routes=())
