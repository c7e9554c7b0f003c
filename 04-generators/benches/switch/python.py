"""What a pause costs in Python, there and back: a line for each kind, with the
median in ns of a loop that pauses, and of what is called by what it calls."""

import statistics
import time

PAUSES = 2000
ROUNDS = 101


def flat_generator():
    number = 0
    while True:
        number = yield number


def outer_generator(number):
    return (yield from inner_generator(number)) ^ 1


def inner_generator(number):
    return (yield number) + 1


def deep_generator():
    number = 0
    while True:
        number = yield from outer_generator(number)


def generator(function):
    paused = function()
    next(paused)
    return paused.send


def timed(resume):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        for number in range(PAUSES):
            resume(number)
        times.append((time.perf_counter_ns() - start) / PAUSES)
    return statistics.median(times)


def report(name, flat, deep):
    print(name, timed(flat), timed(deep), sep="\t")


report("Python generator", generator(flat_generator), generator(deep_generator))

try:
    from greenlet import greenlet
except ImportError:
    raise SystemExit(0)

resumer = greenlet.getcurrent()


def flat(number):
    while True:
        number = resumer.switch(number)


def outer(number):
    return inner(number) ^ 1


def inner(number):
    return resumer.switch(number) + 1


def deep(number):
    while True:
        number = outer(number)


report("Python greenlet", greenlet(flat).switch, greenlet(deep).switch)
