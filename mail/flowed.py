"""Flowed text (RFC 3676): lines that were broken only for the way."""


def unflow(text: str) -> str:
    """Join soft-broken lines of one quote depth, deleting the trailing space (`delsp=yes`).

    Japanese senders use it because their language has no spaces to break at.
    """
    out: list[str] = []
    open_depth: int | None = None
    for line in text.splitlines(keepends=True):
        body = line.rstrip("\r\n")
        depth = len(body) - len(body.lstrip(">"))
        content = body[depth:].removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        ending = "" if flows else line[len(body) :]
        kept = content[:-1] if flows else content
        if open_depth == depth:
            out.append(kept + ending)
        else:
            if open_depth is not None:
                out.append("\r\n")
            out.append((">" * depth + " " if depth else "") + kept + ending)
        open_depth = depth if flows else None
    return "".join(out)
