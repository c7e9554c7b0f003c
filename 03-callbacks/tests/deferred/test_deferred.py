"""What the Deferred in Python promises."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "python"))
from deferred import Deferred  # noqa: E402


def test_an_error_goes_to_the_next_errback_and_its_value_back():
    said, deferred = [], Deferred()
    deferred.then(lambda n: n // 0, said.append)
    deferred.then(said.append, lambda why: type(why).__name__)
    deferred.then(said.append, said.append)
    deferred.fire(1)
    assert said == ["ZeroDivisionError"], said


def test_what_is_attached_from_within_a_callback_comes_after_it():
    said, deferred = [], Deferred()

    def first(n):
        deferred.then(said.append)
        said.append("first")
        return n + 1
    deferred.then(first).then(lambda n: n + 1)
    deferred.fire(1)
    assert said == ["first", 3], said


def test_what_is_attached_late_gets_the_current_value():
    said, deferred = [], Deferred()
    deferred.fire(1)
    deferred.then(lambda n: n + 1)
    deferred.then(said.append)
    assert said == [2], said


def test_a_chain_waits_for_a_deferred():
    for fired_before in (True, False):
        said, outer, inner = [], Deferred(), Deferred()
        inner.then(lambda n: n + 1)
        if fired_before:
            inner.fire(1)
        outer.then(lambda n: inner).then(said.append)
        outer.fire(0)
        if not fired_before:
            assert said == [], said
            inner.fire(1)
        assert said == [2], said


def test_it_fires_once():
    said, deferred = [], Deferred()
    deferred.then(said.append)
    deferred.fire(1)
    deferred.fire(2)
    assert said == [1], said


def test_cancelling_goes_to_what_is_waited_for():
    said = []
    inner = Deferred(lambda: said.append("inner"))
    outer = Deferred(lambda: said.append("outer"))
    outer.then(lambda n: inner).then(None, lambda why: said.append(str(why)))
    outer.fire(1)
    outer.cancel()
    outer.cancel()
    inner.fire(1)
    assert said == ["inner", "cancelled"], said


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
