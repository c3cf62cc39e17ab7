import ssl
from typing import Any, Self

class AsyncOAuth2Client:
    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str | None,
        token_endpoint_auth_method: str,
        scope: str,
        redirect_uri: str,
        code_challenge_method: str,
        verify: ssl.SSLContext,
        timeout: float,
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *error: object) -> None: ...
    def create_authorization_url(
        self, url: str, *, state: str, nonce: str, code_verifier: str
    ) -> tuple[str, str]: ...
    async def fetch_token(
        self, url: str, *, grant_type: str, code: str, code_verifier: str
    ) -> dict[str, Any]: ...
