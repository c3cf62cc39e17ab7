from collections.abc import Callable, Sequence
from typing import Any

CV_Pass: bytes
CV_Fail: bytes
CV_None: bytes

class DKIMException(Exception): ...
class KeyFormatError(DKIMException): ...
class ValidationError(DKIMException): ...

class DomainSigner:
    headers: list[tuple[bytes, bytes]]
    body: bytes
    hasher: Callable[[bytes], Any]
    domain: bytes | None
    selector: bytes | str
    signature_fields: dict[bytes, bytes]
    include_headers: tuple[bytes, ...]
    def __init__(self, message: bytes, *, minkey: int = 1024) -> None: ...
    def gen_header(
        self,
        fields: list[tuple[bytes, bytes]],
        include_headers: list[bytes],
        canon_policy: CanonicalizationPolicy,
        header_name: bytes,
        pk: object,
        standardize: bool = False,
    ) -> bytes: ...

class DKIM(DomainSigner):
    def verify(self, idx: int = 0, dnsfunc: Callable[..., bytes | None] = ...) -> bool: ...

class ARC(DomainSigner):
    def verify(
        self, dnsfunc: Callable[..., bytes | None] = ...
    ) -> tuple[bytes | None, list[dict[str, object]], str]: ...

def sign(
    message: bytes,
    selector: bytes,
    domain: bytes,
    privkey: bytes,
    identity: bytes | None = None,
    canonicalize: tuple[bytes, bytes] = ...,
    signature_algorithm: bytes = ...,
    include_headers: Sequence[bytes] | None = None,
    length: bool = False,
) -> bytes: ...

HASH_ALGORITHMS: dict[bytes, Callable[[bytes], Any]]

class CanonicalizationPolicy:
    @staticmethod
    def from_c_value(c: bytes) -> CanonicalizationPolicy: ...
    def canonicalize_body(self, body: bytes) -> bytes: ...

def parse_pem_private_key(data: bytes) -> object: ...
