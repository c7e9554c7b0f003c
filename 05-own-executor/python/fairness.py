"""An await of asyncio need not pause, and nothing sees to it that it does.

    python3 05-own-executor/python/fairness.py
"""

import asyncio


async def count_turns(turns):
    while True:
        turns[0] += 1
        await asyncio.sleep(0)


async def main():
    queue = asyncio.Queue()
    for value in range(100_000):
        queue.put_nowait(value)
    turns = [0]
    neighbour = asyncio.create_task(count_turns(turns))
    await asyncio.sleep(0)  # it has its first turn
    turns[0] = 0
    for _ in range(100_000):
        await queue.get()
    print(f"100000 values awaited, {turns[0]} turns of the neighbour")
    neighbour.cancel()


asyncio.run(main())
