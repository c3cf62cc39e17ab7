"""Authentication-Results (RFC 8601) as real receivers write them, and what they prove about From.

Only what the mailbox's own receiver wrote counts, and only its topmost field: anybody can send a
message that already carries such fields. The reader is linear and never raises.
"""

import re
from typing import Literal, NamedTuple

from mail.organization import aligned

Verdict = Literal["pass", "fail", "none"]
Mode = Literal["standard", "microsoft365"]

_LONGEST = 20_000
_MOST_RESULTS = 100
_TOKEN = re.compile(r'\\.?|["();=]|[^\s"();=\\]+|\s+', re.DOTALL)
_METHODS = frozenset(
    {"dkim", "spf", "dmarc", "arc", "auth", "iprev", "dkim-adsp", "domainkeys", "sender-id", "vbr"}
    | {"dkim-atps", "bimi", "compauth", "dara", "policy", "rrvs", "smime", "tls", "x-tls", "x-ptr"}
)
_FAILURES = frozenset({"fail", "hardfail", "permerror"})


class Result(NamedTuple):
    """One method's result; `properties` such as ``header.d`` in lower case."""

    method: str
    value: str
    properties: dict[str, str]
    reason: str = ""


class Results(NamedTuple):
    """One field: who wrote it (empty if nobody signs), its results, its ARC instance."""

    authserv_id: str
    results: tuple[Result, ...]
    instance: int | None = None


class Arc(NamedTuple):
    """The message's ARC sets (RFC 8617): bodies of its fields, and whether the chain was verified.

    `valid` is set by whoever has a resolver; ``arc=pass`` by the trusted receiver says the same.
    """

    results: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    valid: bool = False


class Judgement(NamedTuple):
    """What is known of the sender: `pass`, `fail` or `none`, and why in one line."""

    verdict: Verdict
    detail: str


def _tokens(body: str) -> list[str]:
    """Return tokens without comments and blanks; a quoted string is one token."""
    out: list[str] = []
    quoted: list[str] | None = None
    depth = 0
    for match in _TOKEN.finditer(body[:_LONGEST]):
        part = match.group()
        if part == '"' and depth == 0:
            if quoted is not None:
                out.append("".join(quoted) or " ")
            quoted = [] if quoted is None else None
        elif quoted is not None:
            quoted.append(part.removeprefix("\\"))
        elif part in "()":
            depth = max(0, depth + (1 if part == "(" else -1))
        elif depth == 0 and not part.isspace():
            out.append(part)
    return out


def _statements(tokens: list[str]) -> list[list[str]]:
    out: list[list[str]] = [[]]
    for part in tokens:
        if part == ";":
            out.append([])
        else:
            out[-1].append(part)
    return [statement for statement in out if statement]


def read_results(body: str) -> Results:
    """Read one Authentication-Results or ARC-Authentication-Results body, whatever its state."""
    statements = _statements(_tokens(body))
    instance = None
    if statements and statements[0][:2] == ["i", "="]:
        instance = int(statements[0][2]) if _is_number(statements[0][2:3]) else None
        statements = statements[1:]
    authserv_id = ""
    if statements and not _is_result(statements[0]):
        authserv_id = statements[0][0].lower().rstrip(".")
        rest = [token for token in statements[0][1:] if not token.isdigit()]
        statements = [rest, *statements[1:]] if _is_result(rest) else statements[1:]
    results = (_result(statement) for statement in statements[:_MOST_RESULTS])
    return Results(authserv_id, tuple(result for result in results if result), instance)


def _is_number(tokens: list[str]) -> bool:
    return bool(tokens) and tokens[0].isascii() and tokens[0].isdigit() and len(tokens[0]) < 4


def _is_result(statement: list[str]) -> bool:
    if len(statement) < 2 or statement[1] not in "=/":
        method = statement[0].partition("/")[0].lower() if statement else ""
        return method in _METHODS and "=" in statement[:3]
    return "." not in statement[0] or statement[0].partition("/")[0].lower() in _METHODS


def _result(statement: list[str]) -> Result | None:
    """Read `dkim=pass header.d=example.jp`; blanks around `=` and missing values are borne."""
    pairs: list[tuple[str, str]] = []
    for at, part in enumerate(statement):
        if part == "=" and at:
            value = statement[at + 1] if at + 1 < len(statement) else ""
            follows = statement[at + 2] if at + 2 < len(statement) else ""
            pairs.append((statement[at - 1].lower(), "" if follows == "=" and not value else value))
    if not pairs:
        return None
    method = pairs[0][0].partition("/")[0]
    properties: dict[str, str] = {}
    for name, value in pairs[1:]:
        properties.setdefault(name, value.lower())
    return Result(method, pairs[0][1].lower(), properties, properties.pop("reason", ""))


def judge(  # noqa: PLR0913 - the evidence and the mailbox's settings, each by name
    results: tuple[str, ...],
    from_domain: str,
    trusted_authserv: str,
    *,
    mode: Mode = "standard",
    arc_forwarders: tuple[str, ...] = (),
    arc: Arc = Arc(),  # noqa: B008 - frozen value
) -> Judgement:
    """Say whether From is proven, by what the mailbox's own receiver wrote.

    `results` are the bodies of Authentication-Results from top to bottom. Only the topmost by
    `trusted_authserv` counts; in mode ``microsoft365``, whose receivers write no authserv-id, only
    the very first field, and only when it names none. Pass is ``dmarc=pass``, or ``dkim=pass``
    aligned with `from_domain` (relaxed, organizational domains). ``dmarc=fail`` is a failure,
    unless one of `arc_forwarders` (domains) put the newest seal, the chain holds and that
    forwarder's ARC-Authentication-Results say pass.
    """
    own = _own(results, trusted_authserv, mode)
    if own is None:
        return Judgement("none", "no Authentication-Results of our own receiver")
    direct = _judged(own, from_domain)
    if direct.verdict == "pass" or not arc_forwarders:
        return direct
    holds = arc.valid or any(r.method == "arc" and r.value == "pass" for r in own.results)
    forwarded = _forwarded(arc, arc_forwarders, from_domain) if holds else None
    return forwarded or direct


def _own(results: tuple[str, ...], trusted: str, mode: Mode) -> Results | None:
    if mode == "microsoft365":
        first = read_results(results[0]) if results else None
        named = first.authserv_id if first else ""
        return first if first and named in ("", trusted.lower()) else None
    wanted = trusted.strip().lower().rstrip(".")
    if not wanted:
        return None
    read = (read_results(body) for body in results)
    return next((result for result in read if result.authserv_id == wanted), None)


def _judged(own: Results, from_domain: str) -> Judgement:
    if not from_domain:
        return Judgement("none", "From is not one address")
    dmarc = [r for r in own.results if r.method == "dmarc" and _about(r, from_domain)]
    if any(r.value == "pass" for r in dmarc):
        return Judgement("pass", f"dmarc=pass for {from_domain}")
    signer = next((d for r in own.results if (d := _signer(r)) and aligned(d, from_domain)), "")
    if any(r.value in _FAILURES for r in dmarc):
        return Judgement("fail", f"dmarc=fail for {from_domain}")
    if signer:
        return Judgement("pass", f"dkim=pass by {signer}, aligned with {from_domain}")
    said = ", ".join(f"{r.method}={r.value}" for r in own.results)[:200]
    return Judgement("none", f"not proven: {said or 'no results'}")


def _about(result: Result, from_domain: str) -> bool:
    """Tell whether a DMARC result speaks of this From; one that names no domain does."""
    named = result.properties.get("header.from", "")
    return not named or aligned(named.rpartition("@")[2], from_domain)


def _signer(result: Result) -> str:
    """Return the domain whose DKIM signature passed."""
    if result.method != "dkim" or result.value != "pass":
        return ""
    signed = result.properties.get("header.d") or result.properties.get("header.i", "")
    return signed.rpartition("@")[2]


def _forwarded(arc: Arc, forwarders: tuple[str, ...], from_domain: str) -> Judgement | None:
    """Return what the newest sealer says, if it is a named forwarder.

    Who sealed is told by the seal's `d=`; the authserv-id in the results is only a claim.
    """
    trusted = {name.strip().lower().rstrip(".") for name in forwarders}
    instance, sealer = max((_seal(body) for body in arc.seals), default=(0, ""))
    if not instance or sealer not in trusted:
        return None
    for results in map(read_results, arc.results):
        if results.instance == instance:
            judged = _judged(results, from_domain)
            if judged.verdict == "pass":
                return Judgement("pass", f"{judged.detail}, said by forwarder {sealer} (ARC)")
    return None


def _seal(body: str) -> tuple[int, str]:
    """Return the instance and the domain of an ARC-Seal body (a DKIM tag list)."""
    pairs = (tag.partition("=") for tag in body[:_LONGEST].split(";"))
    tags = {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
    instance = tags.get("i", "")
    return (int(instance) if _is_number([instance]) else 0), tags.get("d", "").rstrip(".")
