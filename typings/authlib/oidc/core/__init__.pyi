from collections.abc import Mapping
from typing import Any

class CodeIDToken(dict[str, Any]):
    def __init__(
        self,
        payload: Mapping[str, Any],
        header: Mapping[str, Any],
        options: Mapping[str, Any],
        params: Mapping[str, Any],
    ) -> None: ...
    def validate(self, now: int | None = None, leeway: int = 0) -> None: ...
