"""The reserve of decoder children: there while images are decoded, gone while a reader reads."""

import time
from collections.abc import Callable, Iterator

import pytest

from workstation.adapters import decoder_supply
from workstation.adapters.decoder_child import Child
from workstation.adapters.decoder_supply import Supply

_PATIENCE_S = 20.0


class Worker:
    """A child that lives until it is ended."""

    def __init__(self) -> None:
        self.levels = ("none",)
        self.lives = True

    def greet(self) -> None: ...

    def alive(self) -> bool:
        return self.lives

    def kill(self) -> None:
        self.lives = False


class Pool:
    """A supply of two, and every child that was ever made for it."""

    def __init__(self) -> None:
        self.made: list[Worker] = []
        self.given_back = 0
        self.supply = Supply(2, self._child)

    def _child(self) -> Child:
        self.made.append(Worker())
        return self.made[-1]  # type: ignore[return-value]

    @property
    def living(self) -> int:
        return sum(each.lives for each in self.made)

    def decodes(self) -> None:
        child = self.supply.take()
        assert child is not None
        self.supply.give_back(child)

    def gives_back(self) -> None:
        self.given_back += 1

    def rests(self) -> None:
        """An image was decoded, and then none for some time."""
        self.decodes()
        comes(lambda: len(self.made) == 3)
        comes(lambda: self.living == 1)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    monkeypatch.setattr(decoder_supply, "REST_SECONDS", 0.2)
    monkeypatch.setattr(decoder_supply, "_QUIET_SECONDS", 0.01)
    made = Pool()
    monkeypatch.setattr(decoder_supply, "give_memory_back", made.gives_back)
    yield made
    made.supply.close()


def comes(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_while_nothing_is_decoded_one_child_is_left(pool: Pool) -> None:
    """Each holds 36 MB of a laptop's memory, all the time that a report is written; and what
    loading a case took of our own is given back then."""
    pool.rests()

    assert pool.supply.reserves == 0
    assert len(pool.supply.all) == 1
    comes(lambda: pool.given_back == 1)


def test_the_next_image_waits_for_nobody_and_brings_the_others_again(pool: Pool) -> None:
    """A hostile file in the next case costs its own image and no wait."""
    pool.rests()

    first = pool.supply.take(wait=False)
    assert first is not None
    second = pool.supply.take()
    assert second is not None
    assert len(pool.made) == 4
    for child in (first, second):
        pool.supply.give_back(child)

    comes(lambda: pool.supply.reserves == 1)
    assert len(pool.made) == 5
    assert pool.living == 3


def test_one_that_works_on_is_not_sent_to_rest(pool: Pool) -> None:
    """A film of an hour is one request."""
    pool.decodes()
    busy = pool.supply.take()
    assert busy is not None
    comes(lambda: len(pool.made) == 3)

    comes(lambda: pool.living == 1)

    assert busy.alive()
    pool.supply.give_back(busy)


def test_who_is_lost_while_there_is_none_is_replaced_all_the_same(pool: Pool) -> None:
    pool.rests()
    lost = pool.supply.take()
    assert lost is not None

    pool.supply.replace(lost)

    comes(lambda: len(pool.made) == 5)
    first, second = pool.supply.take(), pool.supply.take()
    assert first is not None
    assert second is not None
    assert lost not in (first, second)


def test_at_the_end_every_child_is_ended(pool: Pool) -> None:
    pool.decodes()
    comes(lambda: len(pool.made) == 3)

    pool.supply.close()

    assert pool.living == 0
