#!/usr/bin/env python3
"""Draws which room includes which, from the include lines themselves, as docs/architecture.md shows it.

  scripts/rooms.py           prints the table
  scripts/rooms.py --write   puts it between the markers in docs/architecture.md
  scripts/rooms.py --check   exits 1 when the page shows another one (scripts/test style)

A room is a row of tidy.py's table; the number before it is its floor. An arrow that others imply is left out.
"""
import collections
import re
import sys

import tidy

PAGE = tidy.ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms.py -->\n", "<!-- end -->\n"


def includes():
    """{room: rooms it includes}; tests are left out."""
    arrows = collections.defaultdict(set)
    for path in tidy.sources():
        own = tidy.room(path)
        if own is None or tidy.is_test(path):
            continue
        arrows[own]  # A room that includes nothing is one, too.
        for name in re.findall(r'^#include "([^"]+)"', (tidy.ROOT / path).read_text(), re.M):
            target = tidy.room(name)
            if target not in (None, own):
                arrows[own].add(target)
    return arrows


def below(room, arrows):
    """All rooms that this one includes, directly or through others."""
    found = set()
    for target in arrows[room]:
        found |= {target} | below(target, arrows)
    return found


def table():
    arrows = includes()
    floor = {}
    for room in sorted(arrows, key=lambda name: len(below(name, arrows))):
        floor[room] = 1 + max((floor[target] for target in arrows[room]), default=-1)
    lines = []
    for room in sorted(arrows, key=lambda name: (floor[name], name)):
        direct = {target for target in arrows[room]
                  if not any(target in below(other, arrows) for other in arrows[room] - {target})}
        lines.append(f"    {floor[room]}  {room + '  ':<28}{', '.join(sorted(direct))}".rstrip())
    return "".join(line + "\n" for line in lines)


def main():
    text = table()
    if len(sys.argv) < 2:
        print(text, end="")
        return 0
    page = PAGE.read_text()
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    if sys.argv[1] == "--write":
        PAGE.write_text(page[:begin] + "\n" + text + "\n" + page[end:])
        return 0
    if page[begin:end].strip("\n") == text.strip("\n"):
        return 0
    print("docs/architecture.md: the table of rooms is not that of the sources: scripts/rooms.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
