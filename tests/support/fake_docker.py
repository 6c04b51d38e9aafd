"""A Docker daemon of thousands of containers that are silent: for measurements, and tests of how many there may be."""
import asyncio
import json
import threading
import urllib.parse


class FakeDocker:
    """Speaks as much of the API as discovery.docker and loki.source.docker ask for, on a Unix socket."""

    def __init__(self, path, containers, labels):
        self.path = path
        self.labels = labels
        self.containers = {}
        self.requests = {}
        self.event_streams = []
        self.loop = asyncio.new_event_loop()
        for number in range(containers):
            self._add(number)
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        started = asyncio.run_coroutine_threadsafe(self._listen(), self.loop)
        started.result()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def add(self, number):
        """A container starts."""
        return self._call(self._change, "start", number)

    def remove(self, number):
        return self._call(self._change, "die", number)

    def count(self, kind):
        return self.requests.get(kind, 0)

    def _call(self, function, *arguments):
        async def run():
            return function(*arguments)
        return asyncio.run_coroutine_threadsafe(run(), self.loop).result()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    async def _listen(self):
        self.server = await asyncio.start_unix_server(self._serve, self.path, backlog=4096)

    @staticmethod
    def id_of(number):
        return f"{number:064x}"

    def _add(self, number):
        self.containers[self.id_of(number)] = {
            "Id": self.id_of(number), "Names": [f"/app-{number}"], "State": "running",
            "HostConfig": {"NetworkMode": "front"},
            "Labels": {f"org.example.label.{i:02d}": f"value {i} of container {number}"
                       for i in range(self.labels)},
            "Ports": [{"PrivatePort": 80, "Type": "tcp"}],
            "NetworkSettings": {"Networks": {"front": {
                "NetworkID": "n1", "IPAddress": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}}}}

    def _change(self, action, number):
        if action == "start":
            self._add(number)
        else:
            del self.containers[self.id_of(number)]
        event = json.dumps({"Type": "container", "Action": action, "Actor": {"ID": self.id_of(number)}})
        for stream in self.event_streams:
            self._chunk(stream, event.encode() + b"\n")

    @staticmethod
    def _chunk(writer, data):
        writer.write(b"%x\r\n%s\r\n" % (len(data), data))

    async def _serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                target = urllib.parse.urlsplit(head.split(b" ", 2)[1].decode())
                if not await self._answer(target, reader, writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, target, reader, writer):
        """False: the stream has ended, and the connection with it."""
        parts = target.path.strip("/").split("/")
        kind = parts[-1] if len(parts) < 3 else f"container {parts[-1]}"
        query = urllib.parse.parse_qs(target.query)
        if target.path == "/containers/json":
            wanted = json.loads(query.get("filters", ["{}"])[0]).get("id")
            kind = "list some" if wanted else "list all"
            ids = wanted if wanted else list(self.containers)
            body = [self.containers[one] for one in ids if one in self.containers]
        elif target.path == "/networks":
            body = [{"Id": "n1", "Name": "front", "Scope": "local"}]
        elif parts[-1] == "json":
            body = {"State": {"Running": True, "StartedAt": "2026"}, "Config": {"Tty": False}}
        else:
            self.requests[kind] = self.requests.get(kind, 0) + 1
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            if target.path == "/events":
                self.event_streams.append(writer)
            await reader.read()
            if target.path == "/events":
                self.event_streams.remove(writer)
            return False
        self.requests[kind] = self.requests.get(kind, 0) + 1
        text = json.dumps(body).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
        await writer.drain()
        return True
