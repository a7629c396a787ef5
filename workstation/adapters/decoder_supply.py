"""Decoder children, ready when one is needed: those at work, and one in reserve.

A child that is lost is replaced by the reserve at once, and a new reserve is started behind it.
While nothing is decoded for some time there is none, and one alone is left of those at work: each
would hold 36 MB for nobody; the next image brings them again. One thread starts them all and lives
as long as they do: Linux ends a child with the thread that started it.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable

from workstation.adapters.decoder_child import Child, Lost
from workstation.adapters.machine import give_memory_back

_log = logging.getLogger("decoder")

#: Children that end before they are in their sandbox, tried for one image.
_STARTS = 3
#: With no order for so long the program has started, and a core is free for the reserve.
_QUIET_SECONDS = 3.0
#: With nothing decoded for so long the reader reads: one child is enough for what comes.
REST_SECONDS = 20.0


class Supply:
    """Owns every child. `take` lends one; it is given back, or replaced when it is lost."""

    def __init__(self, children: int, make: Callable[[], Child]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._idle: queue.SimpleQueue[Child | None] = queue.SimpleQueue()
        self._reserve: list[Child] = []
        self._reserve_wanted = False  # not at once: the program starts first
        self._rests = False  # there is none until something is decoded
        self._used = time.monotonic()
        self._children = self._missing = children
        self._resting = 0  # of them, ended until something is to be decoded
        self._all: list[Child] = []
        self._closed = False
        self._complete = threading.Event()
        if not children:
            self._complete.set()
        #: True: one more; False: no more; None: look again whether there is to be a reserve.
        self._orders: queue.SimpleQueue[bool | None] = queue.SimpleQueue()
        for _ in range(children):
            self._orders.put(True)
        self._starter = threading.Thread(target=self._start, name="decoder-starter", daemon=True)
        self._starter.start()

    @property
    def all(self) -> tuple[Child, ...]:
        """Those at work and the reserve; waits until the first were started."""
        self._complete.wait()
        with self._lock:
            return tuple(self._all)

    @property
    def reserves(self) -> int:
        with self._lock:
            return len(self._reserve)

    def take(self, *, wait: bool = True) -> Child | None:
        """A child that lives, for one thread at a time; None where all are busy.

        Raises `Lost` where none can be started.
        """
        self._wake()
        starts = 0
        while True:
            try:
                child = self._idle.get(block=wait)
            except queue.Empty:
                return None
            if child is None:
                self._none_started()
                raise Lost("decoder-crashed")
            # Who died while idle has nothing to do with this frame. But what never comes
            # up must not be started for ever: it is handed out, so that who asks learns it.
            starts += child.levels is None
            if child.alive() or starts > _STARTS:
                return child
            self.replace(child)

    def give_back(self, child: Child) -> None:
        self._idle.put(child)
        with self._lock:
            rested, self._rests, self._used = self._rests, False, time.monotonic()
            order = not (rested or self._reserve_wanted)
            self._reserve_wanted = self._reserve_wanted or order
        if rested:  # the first images of the next case come first
            self._orders.put(None)
        elif order:
            self._orders.put(True)

    def replace(self, child: Child) -> None:
        """Ends this child; the reserve takes its place."""
        child.kill()
        with self._lock:
            if self._closed:
                return
            self._all.remove(child)
            if self._reserve:
                self._idle.put(self._reserve.pop())
            else:  # what is ordered now takes its place
                self._missing += 1
        self._orders.put(True)

    def take_idle(self) -> list[Child]:
        """All that have nothing to do, without waiting."""
        found: list[Child] = []
        with contextlib.suppress(queue.Empty):
            while (child := self._idle.get_nowait()) is not None:
                found.append(child)
        return found

    def close(self) -> None:
        with self._lock:
            self._closed = True
            children, self._all = self._all, []
        for child in children:
            child.kill()
        self._idle.put(None)
        self._orders.put(False)
        self._complete.set()
        self._starter.join()

    def _wake(self) -> None:
        """There is work again: those who rest are started while one begins with it."""
        with self._lock:
            woken, self._resting = self._resting, 0
            self._missing += woken
        for _ in range(woken):
            self._orders.put(True)

    def _none_started(self) -> None:
        """For the next who asks: another try, or the same answer once all is closed."""
        with self._lock:
            if self._closed:
                self._idle.put(None)
                return
            self._missing += 1
        self._orders.put(True)

    def _ended(self) -> bool:
        with self._lock:
            return self._closed

    def _start(self) -> None:
        """In a thread of its own: one child for each order, until there are no more."""
        while self._order() and not self._ended():
            try:
                child = self._make()
            except OSError as error:
                _log.warning("a decoder child cannot be started: %s", error.strerror)
                self._put(None)
                continue
            with self._lock:
                closed = self._closed
                if not closed:
                    self._all.append(child)
            if closed:
                child.kill()
                return
            self._put(child)
            if not self._missing:
                self._complete.set()

    def _order(self) -> bool:
        """The next one; a first reserve comes by itself while the reader is still at the list,
        and goes when nothing was decoded for some time."""
        while True:
            try:
                order = self._orders.get(timeout=self._patience())
                if order is not None:
                    return order
            except queue.Empty:
                if self._rest():
                    continue
                with self._lock:
                    ordered, self._reserve_wanted = self._reserve_wanted, True
                if not ordered:
                    return True

    def _patience(self) -> float | None:
        with self._lock:
            if self._reserve:
                return max(0.0, self._used + REST_SECONDS - time.monotonic())
            return None if self._reserve_wanted or self._rests else _QUIET_SECONDS

    def _rest(self) -> bool:
        """Whether there was a reserve: it goes, and all but one of those at work, unless
        something was decoded meanwhile."""
        with self._lock:
            if not self._reserve:
                return False
            if time.monotonic() < self._used + REST_SECONDS:
                return True
            ended = [self._reserve.pop(), *self._sent_to_rest()]
            for child in ended:
                self._all.remove(child)
            self._reserve_wanted, self._rests = False, True
        for child in ended:
            child.kill()
        give_memory_back()
        return True

    def _sent_to_rest(self) -> list[Child]:
        """Of those that have nothing to do, so many that one is left of all."""
        ended: list[Child] = []
        while self._children - self._resting - self._missing > 1:
            try:
                child = self._idle.get_nowait()
            except queue.Empty:
                break
            if child is None:  # for who asks: none can be started
                self._idle.put(child)
                break
            ended.append(child)
            self._resting += 1
        return ended

    def _put(self, child: Child | None) -> None:
        """To who waits for it, or into reserve once it is in its sandbox."""
        if self._taken_as_missing(child) or child is None:
            return
        try:
            child.greet()
        except Lost as lost:
            self._discard(child, lost)
            return
        if not self._taken_as_missing(child):  # one may have been lost meanwhile
            with self._lock:
                self._reserve.append(child)

    def _taken_as_missing(self, child: Child | None) -> bool:
        with self._lock:
            if not self._missing:
                return False
            self._missing -= 1
            self._idle.put(child)
            return True

    def _discard(self, child: Child, lost: Lost) -> None:
        child.kill()
        with self._lock:
            if not self._closed:
                _log.warning("no decoder child in reserve: %s", lost.reason)
                self._all.remove(child)
