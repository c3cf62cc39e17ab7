"""PostgreSQL restarted under a running desk: the work is tried again and happens once."""

import pytest

from bot.store import Store, TemporaryStoreError
from bot.store.cursors import Cursor
from tests.bot.test_store import NOW
from tests.real.postgres import PostgresDatabases, PostgresServer


@pytest.mark.real
async def test_a_work_outlives_a_restart_of_the_server(
    postgres_server: PostgresServer, postgres_databases: PostgresDatabases
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            postgres_server.start()

    store = Store.open(postgres_databases.migrated(), sleep=sleep)
    await store.run(lambda work: work.cursors.set(Cursor("dax", 1, 1), NOW))
    postgres_server.stop()
    with pytest.raises(TemporaryStoreError), store.work() as work:
        work.cursors.get("dax")
    await store.run(lambda work: work.cursors.set(Cursor("dax", 1, 2), NOW))
    assert await store.read(lambda work: work.cursors.get("dax")) == Cursor("dax", 1, 2)
    assert len(waits) == 2
    store.close()
