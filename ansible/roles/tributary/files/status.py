"""Asks the agent of this host how it is; prints JSON. Called as: status.py HOST:PORT"""
import collections
import json
import re
import sys
import time
import urllib.error
import urllib.request

COUNTED = {
    "loki_write_sent_entries_total": "sent",
    "loki_write_dropped_entries_total": "dropped",
    "loki_source_docker_dropped_entries_total": "dropped",
    "loki_source_syslog_udp_dropped_total": "dropped",
    "loki_source_syslog_abandoned_entries_total": "dropped",
    "loki_write_queue_entries": "waiting",
}


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
    counts = collections.Counter(dict.fromkeys(COUNTED.values(), 0))
    lag = uptime = 0.0
    metrics = get("/metrics")[1]
    for line in metrics.splitlines():
        found = re.match(r"(\w+)(?:\{.*\})? (\S+)$", line)
        if found and found[1] in COUNTED:
            counts[COUNTED[found[1]]] += int(float(found[2]))
        elif found and found[1] == "loki_write_sending_since_timestamp_seconds" and float(found[2]) > 0:
            lag = max(lag, time.time() - float(found[2]))
        elif found and found[1] == "process_start_time_seconds":
            uptime = time.time() - float(found[2])
    ready, text = get("/-/ready")
    healthy, reason = get("/-/healthy")
    running = re.search(r"[0-9a-f]{64}", text)
    version = re.search(r'^(?:tributary|alloy)_build_info\{(?:.*,)?version="([^"]*)"', metrics, re.MULTILINE)
    print(json.dumps({"version": version[1] if version else "", "ready": ready == 200,
                      "running": running[0] if running else "",
                      "healthy": healthy == 200, "why": "" if healthy == 200 else reason.strip(),
                      "lag_seconds": round(lag, 1), "uptime_seconds": round(uptime), **counts}))


main()
