"""The role web of a served desk: it begins and ends with the others."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from bot.serve import Server
from tests.bot.houses import Hands, open_desk, write_settings
from tests.real.servers import free_port


async def test_the_pages_are_served_with_the_desk_and_end_with_it(tmp_path: Path) -> None:
    port = free_port()
    config = write_settings(tmp_path, f"sqlite:///{tmp_path / 'desk.db'}")
    web = f'[web]\nlisten = "127.0.0.1:{port}"\n'
    config.write_text(web + config.read_text("utf-8"), "utf-8")
    house = open_desk(config, Hands())
    server = Server(house, ["work", "web"])
    running = asyncio.create_task(server.run())
    await server.ready.wait()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/readyz")).json() == {
            "database": True,
            "jobs": True,
            "mailboxes": True,
        }
        server.stop()
        await running
        with pytest.raises(httpx2.ConnectError):
            await client.get("/healthz")
    house.close()


async def test_an_address_that_is_taken_is_an_error_of_the_desk(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    config = write_settings(tmp_path, f"sqlite:///{tmp_path / 'desk.db'}")
    web = f'[web]\nlisten = "127.0.0.1:{port}"\n'
    config.write_text(web + config.read_text("utf-8"), "utf-8")
    house = open_desk(config, Hands())
    with pytest.raises(OSError, match="in use"):
        await Server(house, ["web"]).run()
    taken.close()
    house.close()
