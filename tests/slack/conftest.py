"""The stage of every desk test, over both ways Slack delivers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Store
from tests.slack.stage import Stage, slack_settings
from tests.slack_double import SlackDouble


@pytest.fixture(params=["socket", "http"])
async def double(request: pytest.FixtureRequest) -> AsyncIterator[SlackDouble]:
    """Give a running double, delivering each way in turn."""
    double = await SlackDouble(request.param).start()
    yield double
    await double.stop()


@pytest.fixture
async def waiting_stage(double: SlackDouble, tmp_path: Path) -> AsyncIterator[Stage]:
    """Give a stage whose desk has not been started."""
    store = Store.open(f"sqlite:///{tmp_path / 'desk.db'}")
    store.migrate()
    stage = Stage(double, store, slack_settings(double))
    yield stage
    await stage.stop()
    store.close()


@pytest.fixture
async def stage(waiting_stage: Stage) -> Stage:
    """Give a stage whose desk is connected."""
    await waiting_stage.start()
    return waiting_stage
