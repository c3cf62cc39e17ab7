"""The Web API methods the desk uses, as a table of name to function."""

import json
from collections.abc import Callable
from typing import Any

from tests.slack_double.block_kit import message_fault, view_fault
from tests.slack_double.workspace import File, Json, Message, RefusedError, View, Workspace

Method = Callable[[Workspace, Json], Json]

BOT_USER = "U0DESK"


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value


def _content(space: Workspace, args: Json) -> tuple[list[Json], str]:
    try:
        blocks: list[Json] = _decoded(args.get("blocks")) or []
    except ValueError:
        raise RefusedError("invalid_blocks_format") from None
    text = str(args.get("text") or "")
    fault = message_fault(blocks, text)
    if fault:
        code, _, detail = fault.partition(": ")
        raise RefusedError(code, detail)
    return space.named(blocks), text


def _channel(space: Workspace, args: Json) -> str:
    channel = str(args.get("channel", ""))
    if channel not in space.messages:
        raise RefusedError("channel_not_found")
    return channel


def auth_test(space: Workspace, args: Json) -> Json:
    """Tell who the token belongs to."""
    return {"user_id": BOT_USER, "bot_id": "B0DESK", "team_id": "T0DESK", "team": "desk"}


def post_message(space: Workspace, args: Json) -> Json:
    """Post into a channel or a thread."""
    channel = _channel(space, args)
    blocks, text = _content(space, args)
    thread = args.get("thread_ts")
    if thread and thread not in {m.ts for m in space.messages[channel]}:
        raise RefusedError("thread_not_found")
    metadata = _decoded(args.get("metadata"))
    message = Message(channel, space.fresh_ts(), BOT_USER, text, blocks, thread, metadata, bot=True)
    space.messages[channel].append(message)
    return {"channel": channel, "ts": message.ts, "message": message.payload()}


def update_message(space: Workspace, args: Json) -> Json:
    """Change a message of the desk's own."""
    message = space.message(_channel(space, args), str(args["ts"]))
    if not message.bot:
        raise RefusedError("cant_update_message")
    blocks, text = _content(space, args)
    message.blocks, message.text = blocks, text
    message.edits += 1
    if "metadata" in args:
        message.metadata = _decoded(args["metadata"])
    return {"channel": message.channel, "ts": message.ts, "message": message.payload()}


def delete_message(space: Workspace, args: Json) -> Json:
    """Delete a message of the desk's own."""
    message = space.message(_channel(space, args), str(args["ts"]))
    if not message.bot:
        raise RefusedError("cant_delete_message")
    space.messages[message.channel].remove(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(space: Workspace, args: Json) -> Json:
    """Show something to one person only."""
    channel = _channel(space, args)
    blocks, text = _content(space, args)
    space.ephemeral[str(args["user"])].append({"channel": channel, "text": text, "blocks": blocks})
    return {"message_ts": space.fresh_ts()}


def _page(messages: list[Message], args: Json) -> Json:
    """Cut a page; metadata is only shown to those who ask for it."""
    oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9" * 12)
    asked = str(args.get("include_all_metadata", "")).lower() in {"1", "true"}
    found = [m for m in messages if float(oldest) < float(m.ts) < float(latest)]
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    page = [m.payload(with_metadata=asked) for m in found[start : start + limit]]
    more = start + limit < len(found)
    cursor = str(start + limit) if more else ""
    return {"messages": page, "has_more": more, "response_metadata": {"next_cursor": cursor}}


def history(space: Workspace, args: Json) -> Json:
    """List a channel's messages outside threads, newest first."""
    roots = [m for m in space.messages[_channel(space, args)] if m.thread is None]
    return _page(roots[::-1], args)


def replies(space: Workspace, args: Json) -> Json:
    """List a thread, oldest first."""
    return _page(space.thread(_channel(space, args), str(args["ts"])), args)


def users_info(space: Workspace, args: Json) -> Json:
    """Tell who a member is."""
    member = space.members.get(str(args.get("user", "")))
    if member is None:
        raise RefusedError("user_not_found")
    return {"user": member}


def group_members(space: Workspace, args: Json) -> Json:
    """List a user group's members."""
    group = str(args.get("usergroup", ""))
    if group not in space.groups:
        raise RefusedError("no_such_subteam")
    return {"users": list(space.groups[group])}


def _view_body(space: Workspace, args: Json) -> Json:
    body: Json = _decoded(args["view"])
    fault = view_fault(body)
    if fault:
        raise RefusedError("invalid_arguments", fault)
    return body | {"blocks": space.named(body["blocks"])}


def views_open(space: Workspace, args: Json) -> Json:
    """Open a modal for whoever pressed the button."""
    body = _view_body(space, args)
    user = space.use_trigger(str(args.get("trigger_id", "")))
    return {"view": space.open_view(user, body, push=False).payload()}


def views_push(space: Workspace, args: Json) -> Json:
    """Put a modal on top of the open one."""
    body = _view_body(space, args)
    user = space.use_trigger(str(args.get("trigger_id", "")))
    return {"view": space.open_view(user, body, push=True).payload()}


def views_update(space: Workspace, args: Json) -> Json:
    """Replace the content of an open view."""
    view = space.view(str(args.get("view_id") or args.get("external_id") or ""))
    return {"view": space.update_view(view, _view_body(space, args), args.get("hash")).payload()}


def views_publish(space: Workspace, args: Json) -> Json:
    """Show a person's Home."""
    body, user = _view_body(space, args), str(args["user_id"])
    if user in space.homes:
        return {"view": space.update_view(space.homes[user], body, args.get("hash")).payload()}
    space.homes[user] = View(space.fresh("V"), user, body, space.fresh("h"))
    return {"view": space.homes[user].payload()}


def add_reaction(space: Workspace, args: Json) -> Json:
    """Put the desk's reaction on a message."""
    message = space.message(_channel(space, args), str(args["timestamp"]))
    users = message.reactions.setdefault(str(args["name"]), [])
    if BOT_USER in users:
        raise RefusedError("already_reacted")
    users.append(BOT_USER)
    return {}


def upload_url(space: Workspace, args: Json) -> Json:
    """Name the address a file's bytes are posted to."""
    file = File(space.fresh("F"), str(args["filename"]))
    space.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"{args['_base']}upload/{file.id}"}


def complete_upload(space: Workspace, args: Json) -> Json:
    """Share uploaded files in a channel or thread."""
    channel, thread = _channel(space, {"channel": args.get("channel_id")}), args.get("thread_ts")
    ids = [str(entry["id"]) for entry in _decoded(args["files"])]
    if any(file not in space.files for file in ids):
        raise RefusedError("file_not_found")
    comment = str(args.get("initial_comment") or "")
    message = Message(channel, space.fresh_ts(), BOT_USER, comment, thread=thread, bot=True)
    message.files = ids
    space.messages[channel].append(message)
    for file in ids:
        space.files[file].channel = channel
    return {"files": [{"id": file, "title": space.files[file].name} for file in ids]}


def file_info(space: Workspace, args: Json) -> Json:
    """Tell about a file; the first time its shares are still empty, as with the real ones."""
    file = space.files.get(str(args.get("file", "")))
    if file is None:
        raise RefusedError("file_not_found")
    shares: Json = {"public": {file.channel: [{}]}} if file.shared and file.channel else {}
    file.shared = True
    private = file.address or f"{args['_base']}download/{file.id}"
    return {
        "file": {
            "id": file.id,
            "name": file.name,
            "size": len(file.data),
            "mimetype": file.type,
            "is_external": file.external,
            "shares": shares,
            "url_private_download": private,
        }
    }


def delete_file(space: Workspace, args: Json) -> Json:
    """Delete a file, unless the workspace keeps what people have uploaded from apps."""
    file = space.files.get(str(args.get("file", "")))
    if file is None:
        raise RefusedError("file_not_found")
    if space.files_stay:
        raise RefusedError("cant_delete_file")
    del space.files[file.id]
    return {}


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "chat.postMessage": post_message,
    "chat.update": update_message,
    "chat.delete": delete_message,
    "chat.postEphemeral": post_ephemeral,
    "conversations.history": history,
    "conversations.replies": replies,
    "users.info": users_info,
    "usergroups.users.list": group_members,
    "views.open": views_open,
    "views.push": views_push,
    "views.update": views_update,
    "views.publish": views_publish,
    "reactions.add": add_reaction,
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": file_info,
    "files.delete": delete_file,
}
