"""An event loop for `async def`, from nothing. Its names are asyncio's."""

import heapq
import time
from collections import deque
from itertools import count
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector


class CancelledError(BaseException):
    """Raised in a task, at its `await`."""


class Future:
    """A value that will be there, and what is to be called then."""

    def __init__(self):
        self.outcome, self.callbacks = None, []

    def done(self):
        return self.outcome is not None

    def set_result(self, value=None, why=None):
        if self.done():
            return False
        self.outcome = value, why
        loop.ready.extend(self.callbacks)  # They are called in a later turn.
        return True

    def cancel(self):
        return self.set_result(why=CancelledError())

    def result(self):
        value, why = self.outcome
        if why:
            raise why
        return value

    def __await__(self):
        if not self.done():
            yield self  # To the task's `step`, through all that await.
        return self.result()


class Task(Future):
    """A coroutine that the loop resumes, and the future of what it returns."""

    def __init__(self, coroutine):
        super().__init__()
        self.coroutine, self.waits_for, self.to_cancel = coroutine, None, False
        loop.tasks.add(self)
        loop.ready.append(self.step)

    def step(self):
        """Runs up to the next `await` of a future that is not there yet."""
        resume, value = self.coroutine.send, None
        if self.to_cancel:
            resume, value = self.coroutine.throw, CancelledError()
        self.waits_for, self.to_cancel = None, False
        try:
            self.waits_for = resume(value)
        except StopIteration as end:
            self.set_result(end.value, CancelledError() if self.to_cancel else None)
        except (Exception, CancelledError) as why:
            self.set_result(why=why)
        else:
            self.waits_for.callbacks.append(self.step)
            if self.to_cancel:
                self.to_cancel = not self.waits_for.cancel()

    def set_result(self, value=None, why=None):
        loop.tasks.discard(self)
        return super().set_result(value, why)

    def cancel(self):
        if not self.done() and not (self.waits_for and self.waits_for.cancel()):
            self.to_cancel = True  # It does not wait: its next step raises it.
        return not self.done()


class Loop:
    """What is ready, what waits for a time, and what waits for a socket."""

    def __init__(self):
        self.ready, self.timers, self.numbers = deque(), [], count()
        self.selector, self.tasks = DefaultSelector(), set()

    def turn(self):
        left = max(0, self.timers[0][0] - time.monotonic()) if self.timers else None
        for key, _ in self.selector.select(0 if self.ready else left):
            key.data.set_result()
        while self.timers and self.timers[0][0] <= time.monotonic():
            heapq.heappop(self.timers)[2]()
        for _ in range(len(self.ready)):  # Not what becomes ready meanwhile.
            self.ready.popleft()()

    def call_later(self, seconds, callback):
        due = time.monotonic() + seconds
        heapq.heappush(self.timers, (due, next(self.numbers), callback))

    async def until(self, event, sock):
        future = Future()
        self.selector.register(sock, event, future)
        try:
            await future
        finally:
            self.selector.unregister(sock)

    async def sock_connect(self, sock, address):
        sock.connect_ex(address)
        await self.until(EVENT_WRITE, sock)
        sock.getpeername()  # This raises, if it is not connected.

    async def sock_recv(self, sock, most):
        while True:
            try:
                return sock.recv(most)
            except BlockingIOError:
                await self.until(EVENT_READ, sock)


def run(coroutine):
    global loop
    loop = Loop()
    main = Task(coroutine)
    while not main.done():
        loop.turn()
    for task in set(loop.tasks):
        task.cancel()
    while loop.tasks:  # They clean up after themselves.
        loop.turn()
    loop.selector.close()
    return main.result()


def get_running_loop():
    return loop


create_task = Task


async def sleep(seconds):
    future = Future()
    loop.call_later(seconds, future.set_result)
    await future


async def wait_for(coroutine, seconds):
    task, due = Task(coroutine), time.monotonic() + seconds
    loop.call_later(seconds, task.cancel)
    try:
        return await task
    except CancelledError:
        if time.monotonic() < due:
            raise  # Something else has cancelled it.
        raise TimeoutError("timed out") from None
