"""Says of this host's Alloy what `tributary status --format json` says of Tributary. Called as: ... HOST:PORT

Alloy does not say which config it runs, what waits in it, nor since when."""
import json
import re
import sys
import time
import urllib.error
import urllib.request

COUNTED = {"loki_write_sent_entries_total": "sent", "loki_write_dropped_entries_total": "dropped"}


def get(path):
    """(status, text); (0, reason) when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{sys.argv[1]}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def main():
    status, metrics = get("/metrics")
    if status != 200:
        sys.exit(f"{sys.argv[1]}: {metrics.strip()}")
    counts = dict.fromkeys(COUNTED.values(), 0)
    uptime = 0
    for line in metrics.splitlines():
        found = re.match(r"(\w+)(?:\{.*\})? (\S+)$", line)
        if found and found[1] in COUNTED:
            counts[COUNTED[found[1]]] += int(float(found[2]))
        elif found and found[1] == "process_start_time_seconds":
            uptime = time.time() - float(found[2])
    status, reason = get("/-/healthy")
    version = re.search(r'^alloy_build_info\{(?:.*,)?version="([^"]*)"', metrics, re.MULTILINE)
    print(json.dumps({"version": version[1] if version else "", "config": "", "healthy": status == 200,
                      "unhealthy": [] if status == 200 else [{"id": "alloy", "message": reason.strip()}],
                      "waiting": 0, "lag_seconds": 0, "uptime_seconds": uptime, **counts}))


main()
