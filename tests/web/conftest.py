"""A served site for tests of the web; `desk` is on SQLite, `desk_on_both` on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.site import WebStage, web_stage


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WebStage]:
    """Give a served desk with an empty database but for two contracts."""
    async with web_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
async def desk_on_both(tmp_path: Path, database_url: str) -> AsyncIterator[WebStage]:
    """Give the same on each of the two databases in turn."""
    async with web_stage(tmp_path, database_url) as stage:
        yield stage
