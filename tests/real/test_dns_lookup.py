"""Asking a name server over real sockets: records, no records, a broken server, silence."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset
import pytest

from mail.dns_lookup import DnsTemporaryError, dns_lookup

RECORDS = {
    ("c.example.", "TXT"): ['"v=spf1 " "-all"', '"other"'],
    ("c.example.", "A"): ["192.0.2.1"],
    ("c.example.", "AAAA"): ["2001:db8::1"],
    ("c.example.", "MX"): ["10 mx.c.example."],
    ("1.2.0.192.in-addr.arpa.", "PTR"): ["c.example."],
}


def answer(query: dns.message.Message) -> dns.message.Message:
    question = query.question[0]
    name, kind = question.name.to_text(), question.to_text().split()[-1]
    reply = dns.message.make_response(query)
    if name == "broken.example.":
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif (name, kind) in RECORDS:
        reply.answer.append(dns.rrset.from_text_list(name, 60, "IN", kind, RECORDS[name, kind]))
    elif name != "c.example.":
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply


@contextmanager
def name_server() -> Generator[str]:
    """Answer on a UDP port of loopback; `silent.example` gets no answer."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            packet, client = server.recvfrom(4096)
            if packet == b"end":
                return
            query = dns.message.from_wire(packet)
            if query.question[0].name.to_text() != "silent.example.":
                server.sendto(answer(query).to_wire(), client)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.sendto(b"end", server.getsockname())
        thread.join()
        server.close()


def test_each_kind_of_record_is_read() -> None:
    with name_server() as address:
        lookup = dns_lookup([address], timeout=2)
        assert sorted(lookup("c.example", "TXT")) == [b"other", b"v=spf1 -all"]
        assert list(lookup("c.example", "A")) == [b"192.0.2.1"]
        assert list(lookup("c.example", "AAAA")) == [b"2001:db8::1"]
        assert list(lookup("c.example", "MX")) == [b"10 mx.c.example"]
        assert list(lookup("1.2.0.192.in-addr.arpa", "PTR")) == [b"c.example"]


@pytest.mark.parametrize("name", ["nothing.example", "a..b", "x" * 300, "日本.example", ""])
def test_what_does_not_exist_is_empty(name: str) -> None:
    with name_server() as address:
        assert list(dns_lookup([address], timeout=2)(name, "TXT")) == []


def test_a_name_without_such_a_record_is_empty() -> None:
    with name_server() as address:
        assert list(dns_lookup([address], timeout=2)("c.example", "PTR")) == []


@pytest.mark.parametrize("name", ["broken.example", "silent.example"])
def test_no_answer_is_temporary(name: str) -> None:
    with name_server() as address, pytest.raises(DnsTemporaryError, match=name):
        dns_lookup([address], timeout=0.5)(name, "TXT")
