"""What it is to be cancelled in asyncio: an exception, raised at one await.

    python3 05-own-executor/python/cancel.py
"""

import asyncio


async def refuses():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        pass
    await asyncio.sleep(0.01)  # this one is not cancelled
    return "goes on, and has come to its end"


async def says_goodbye():
    try:
        await asyncio.sleep(10)
    finally:
        await asyncio.sleep(0.01)
        print("says_goodbye: has awaited something while it was cancelled")


async def cancel(function):
    task = asyncio.create_task(function())
    await asyncio.sleep(0)  # it runs up to its first await
    task.cancel()
    try:
        print(f"{function.__name__}: {await task}")
    except asyncio.CancelledError:
        print(f"{function.__name__}: is cancelled")


async def read_lines():
    """The row `read_line` of step 5-11, with asyncio's `readline`."""

    async def write(_, writer):
        for n in range(8):
            for half in b"line", b" %d\n" % n:
                writer.write(half)
                await asyncio.sleep(0.01)
        writer.close()

    server = await asyncio.start_server(write, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(
        *server.sockets[0].getsockname()
    )
    cut, got = 0, []
    while not got or got[-1]:
        try:
            got.append(await asyncio.wait_for(reader.readline(), 0.004))
        except asyncio.TimeoutError:
            cut += 1
    whole = sum(line == b"line %d\n" % n for n, line in enumerate(got))
    print(f"readline: {whole} of 8 lines are whole, {cut} tries cut")
    writer.close()
    server.close()


async def main():
    await cancel(refuses)
    await cancel(says_goodbye)
    await read_lines()


asyncio.run(main())
