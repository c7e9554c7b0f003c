"""The twin's loop does what asyncio does, event by event.

    python3 05-own-executor/tests/like_asyncio.py
"""

import asyncio
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "python"))
import loop  # noqa: E402

PROGRAMS = []


def program(function):
    PROGRAMS.append(function)
    return function


def future(aio):
    if aio is asyncio:
        return asyncio.get_running_loop().create_future()
    return loop.Future()


@program
async def tasks_take_turns_in_order(aio, note):
    async def count(name):
        for n in range(3):
            note(name, n)
            await aio.sleep(0.001 * (n + 1))
        return name

    tasks = [aio.create_task(count(name)) for name in "abc"]
    note("spawned")
    for task in tasks:
        note(await task)


@program
async def what_becomes_ready_has_its_turn_later(aio, note):
    async def waits(name, value):
        note(name, await value)

    value = future(aio)
    one = aio.create_task(waits("one", value))
    two = aio.create_task(waits("two", value))
    await aio.sleep(0.001)
    value.set_result(5)
    note("set")
    await one
    await two
    note(await value)


@program
async def an_exception_goes_to_the_one_that_awaits(aio, note):
    async def fails():
        raise ValueError("no")

    task = aio.create_task(fails())
    await aio.sleep(0.001)
    note("it has failed", task.done())
    try:
        await task
    except ValueError as why:
        note(why)


@program
async def to_cancel_is_an_exception_at_the_await(aio, note):
    async def cleans_up():
        try:
            await aio.sleep(10)
        except aio.CancelledError:
            note("cancelled")
            await aio.sleep(0.001)
            note("cleaned up")
            raise

    async def refuses():
        try:
            await aio.sleep(10)
        except aio.CancelledError:
            return "refused"

    for function in cleans_up, refuses:
        task = aio.create_task(function())
        await aio.sleep(0.001)
        note(task.cancel())
        try:
            note(await task)
        except aio.CancelledError:
            note("is cancelled")
        note(task.cancel())


@program
async def one_that_has_not_begun_never_does(aio, note):
    async def begins():
        note("begins")

    task = aio.create_task(begins())
    task.cancel()
    try:
        await task
    except aio.CancelledError:
        note("is cancelled")


@program
async def one_that_is_ready_is_cancelled_all_the_same(aio, note):
    async def waits(value):
        note(await value)

    value = future(aio)
    task = aio.create_task(waits(value))
    await aio.sleep(0.001)
    value.set_result(1)
    task.cancel()
    try:
        await task
    except aio.CancelledError:
        note("is cancelled")


@program
async def one_may_cancel_itself(aio, note):
    own = []

    async def cancels_itself(pauses):
        own.pop().cancel()
        if pauses:
            await aio.sleep(0.001)
            note("goes on")
        return "returned"

    for pauses in False, True:
        task = aio.create_task(cancels_itself(pauses))
        own.append(task)
        try:
            note(await task)
        except aio.CancelledError:
            note("is cancelled")


@program
async def to_cancel_goes_down_to_what_is_awaited(aio, note):
    async def inner():
        try:
            await aio.sleep(10)
        finally:
            note("inner")

    async def outer():
        try:
            await aio.create_task(inner())
        finally:
            note("outer")

    task = aio.create_task(outer())
    await aio.sleep(0.001)
    task.cancel()
    try:
        await task
    except aio.CancelledError:
        note("is cancelled")


@program
async def wait_for_ends_what_takes_too_long(aio, note):
    async def takes(seconds):
        try:
            await aio.sleep(seconds)
            return seconds
        finally:
            note("ends")

    note(await aio.wait_for(takes(0.001), 10))
    try:
        await aio.wait_for(takes(10), 0.001)
    except (TimeoutError, asyncio.TimeoutError):
        note("timed out")
    task = aio.create_task(aio.wait_for(takes(10), 10))
    await aio.sleep(0.001)
    task.cancel()
    try:
        await task
    except aio.CancelledError:
        note("is cancelled")


@program
async def what_is_left_over_is_cancelled_and_cleans_up(aio, note):
    async def stays():
        try:
            await aio.sleep(10)
        finally:
            await aio.sleep(0.001)
            note("cleaned up")

    note.kept = aio.create_task(stays())
    await aio.sleep(0.001)
    note("main ends")


class Notes:
    def __init__(self):
        self.all = []

    def __call__(self, *what):
        self.all.append(" ".join(map(str, what)))


def run(aio, function):
    note = Notes()
    aio.run(function(aio, note))
    return note.all


for function in PROGRAMS:
    expected, got = run(asyncio, function), run(loop, function)
    name = function.__name__
    assert got == expected, f"{name}: asyncio {expected}, ours {got}"
    print(f"{name}: {', '.join(got)}")
