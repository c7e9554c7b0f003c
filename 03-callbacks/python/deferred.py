"""A Deferred, as Twisted has it, in 30 lines; and the chains of step 3-10.

    python3 03-callbacks/python/deferred.py

Pages are only waited for here: `sched` is a loop that knows nothing but timers.
"""

from sched import scheduler


class Deferred:
    """A value that will come, and the callbacks that wait for it."""

    def __init__(self, canceller=lambda: None):
        self.canceller, self.pairs = canceller, []
        self.fired, self.busy, self.result = False, True, None

    def then(self, callback=None, errback=None):
        self.pairs.append((callback, errback))
        if not self.busy:
            self.go_on(self.result)
        return self

    def fire(self, result):
        if not self.fired:  # Twisted raises, unless it was cancelled.
            self.fired = True
            self.go_on(result)

    def go_on(self, result):
        self.result, self.busy = result, False
        while self.pairs and not self.busy:
            call = self.pairs.pop(0)[isinstance(self.result, Exception)]
            self.busy = True  # What is attached from here on comes later.
            try:
                self.result = call(self.result) if call else self.result
            except Exception as why:
                self.result = why
            self.busy = isinstance(self.result, Deferred)
            if self.busy:  # The chain waits for that one.
                self.result.then(self.go_on, self.go_on)

    def cancel(self):
        if isinstance(self.result, Deferred):
            self.result.cancel()
        elif not self.fired:
            self.canceller()
            self.fire(Exception("cancelled"))


loop = scheduler()


def get(page, seconds):
    """Begins to fetch a page; there is no page 404."""
    result = Exception("status 404") if page == 404 else f"page {page}"
    timer = loop.enter(seconds, 0, lambda: deferred.fire(result))
    deferred = Deferred(lambda: loop.cancel(timer))
    return deferred


def chain_of(name, first, second):
    """Fetches a page after the other, and says how it went."""
    def first_is_here(page):
        print(f"{name}: {page}")
        return get(second, 0.04)
    chain = get(first, 0.03).then(first_is_here)
    chain.then(lambda page: print(f"{name}: {page}"))
    chain.then(None, lambda why: print(f"{name}: {why}"))
    return chain


if __name__ == "__main__":
    chain_of("chain", 1, 2)
    chain_of("error", 404, 3)
    last = chain_of("cancel", 4, 5)
    loop.enter(0.05, 0, last.cancel)
    loop.run()
