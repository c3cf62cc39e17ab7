"""Whether a form was sent by a page of this site, to this browser and session."""

import hmac
from urllib.parse import urlsplit

from bot.web.visit import Visit

FIELD = "csrf"
HEADER = "x-csrf-token"


def is_same_origin(visit: Visit) -> bool:
    """Tell whether the browser says that one of our pages sent this; saying nothing is no.

    Fetch metadata (W3C) is believed first, then Origin (RFC 6454), which all browsers send with
    forms.
    """
    headers = visit.request.headers
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is None:
        return site is not None
    own = visit.site.settings.address
    if own is not None:
        return origin.lower() == own
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def is_token(visit: Visit) -> bool:
    """Tell whether the form, or htmx in a header, sent the token of this browser and session."""
    sent = visit.request.headers.get(HEADER) or visit.text(FIELD)
    return hmac.compare_digest(sent.encode(), visit.csrf.encode())
