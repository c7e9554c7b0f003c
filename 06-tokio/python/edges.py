"""Where asyncio means something else by the same word.

    python3 06-tokio/python/edges.py
"""

import asyncio
import gc
import threading
import time


async def outcome(task):
    try:
        return f"returned {await task!r}"
    except asyncio.CancelledError:
        return "is cancelled"
    except Exception as why:
        return f"raised {why!r}"


async def cancels_itself():
    async def run():
        asyncio.current_task().cancel()
        return 5  # there is no await after the cancel

    task = asyncio.create_task(run())
    print("cancels itself and returns:", await outcome(task))


async def no_time_at_all():
    begun = []

    async def run():
        begun.append(True)

    ended = await outcome(asyncio.wait_for(run(), 0))
    print("wait_for(f(), 0):", ended, "begun:", bool(begun))


async def wait_for_clean_up():
    async def run():
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0.05)

    start = time.monotonic()
    await outcome(asyncio.wait_for(run(), 0.01))
    waited = time.monotonic() - start >= 0.05
    print("wait_for waits for the clean-up:", waited)


async def siblings():
    async def fails():
        raise ValueError("no")

    async def goes_on(what):
        try:
            await asyncio.sleep(0.01)
            print(f"  {what}: the sibling has come to its end")
        except asyncio.CancelledError:
            print(f"  {what}: the sibling is cancelled")
            raise

    print("gather:", await outcome(asyncio.gather(fails(), goes_on("gather"))))
    await asyncio.sleep(0.05)

    async def group():
        async with asyncio.TaskGroup() as group:
            group.create_task(goes_on("TaskGroup"))
            group.create_task(fails())

    print("TaskGroup:", await outcome(group()))


async def nobody_keeps_it():
    ended = []

    async def run():
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(True)

    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    asyncio.create_task(run())
    await asyncio.sleep(0)
    gc.collect()
    print("a task that nobody keeps is gone:", bool(ended))


async def an_event_stays_set():
    event = asyncio.Event()
    event.set()
    await event.wait()
    await event.wait()
    print("an event stays set:", event.is_set())


async def a_thread_runs_on():
    may_end, has_ended = threading.Event(), threading.Event()

    def work():
        may_end.wait()
        time.sleep(0.05)
        has_ended.set()

    task = asyncio.create_task(asyncio.to_thread(work))
    await asyncio.sleep(0.01)
    task.cancel()
    ended = await outcome(task)
    print("to_thread:", ended, "the thread runs on:", not has_ended.is_set())
    # `run` waits for the thread, so it has to be told before that.
    may_end.set()
    return has_ended


async def leaves_one_over():
    async def cleans_up():
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0.01)
            print("run has waited until what was left cleaned up")

    task = asyncio.create_task(cleans_up())
    await asyncio.sleep(0)
    return task


async def main():
    await cancels_itself()
    await no_time_at_all()
    await wait_for_clean_up()
    await siblings()
    await nobody_keeps_it()
    await an_event_stays_set()
    return await a_thread_runs_on()


has_ended = asyncio.run(main())
print("run has waited for the thread:", has_ended.is_set())
asyncio.run(leaves_one_over())
