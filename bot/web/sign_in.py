"""Signing in and out."""

from bot.web.room import Room

ROOM = Room(routes=())
