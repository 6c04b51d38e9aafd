"""Numbered lines "seq=000000000042": the receiver counts which came, came twice, or are missing."""
from programs import wait_for


def wait_distinct(receiver, count, seconds=60):
    """Waits until `count` different numbers have come."""
    wait_for(f"{count} numbered lines", lambda: receiver.stats()["distinct"] >= count, seconds)
    return receiver.stats()


def assert_complete(receiver, count, seconds=60):
    """The numbers 0 to count-1 come, each at least once."""
    stats = wait_distinct(receiver, count, seconds)
    assert stats["distinct"] == count and stats["missing"] == 0, stats


def assert_exactly(receiver, count, seconds=60):
    """The numbers 0 to count-1 come, each once and in order."""
    assert_complete(receiver, count, seconds)
    stats = receiver.stats()
    assert stats["numbered"] == count, stats
    assert stats["repeated"] == stats["out_of_order"] == 0, stats
