#!/usr/bin/env python3
"""Prints how many tests of a JUnit report passed, failed and were skipped. No report: one failed."""
import sys
import xml.etree.ElementTree as tree


def main():
    try:
        root = tree.parse(sys.argv[1]).getroot()
    except (OSError, tree.ParseError) as error:
        print(f"junit: {error}", file=sys.stderr)
        print(0, 1, 0)
        return
    # pytest's root holds suites, ctest's is one.
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    count = {name: sum(int(suite.get(name) or 0) for suite in suites)
             for name in ("tests", "failures", "errors", "skipped", "disabled")}
    bad, skipped = count["failures"] + count["errors"], count["skipped"] + count["disabled"]
    print(count["tests"] - bad - skipped, bad, skipped)


if __name__ == "__main__":
    main()
