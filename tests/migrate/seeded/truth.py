"""What a move does to a query, from its results before and after."""


def lines(table):
    return set().union(*table.values()) if table else set()


def verdict(before, after):
    """The verdict on two result tables (language.py).

    EMPTY: it had rows, or rows made of lines, and has none. WIDENS: a line or a row is in the result
    that was not. NARROWS: some lines are lost. VALUE-CHANGED: the same lines under other labels.
    """
    if before and not after:
        return "EMPTY"
    if after and not before:
        return "WIDENS"
    lost, gained = lines(before) - lines(after), lines(after) - lines(before)
    if lines(before) and not lines(after):
        return "EMPTY"
    if gained:
        return "WIDENS"
    if lost:
        return "NARROWS"
    return "SAME" if before.keys() == after.keys() else "VALUE-CHANGED"


def of(query, today, moved):
    return verdict(query.table(today), query.table(moved))
