"""What the long runs of test_soak.py need: how far they are, torn files, a flood of datagrams."""
import multiprocessing
import socket
import time

UDP_SEGMENT = 103  # <linux/udp.h>: the kernel cuts what is sent into datagrams of this size.


class Progress:
    """Says how far a long run is every ten seconds, and at the end what came of it and how long it took."""

    def __init__(self, unit, whole):
        self.unit, self.whole = unit, whole
        self.done = 0

    def __enter__(self):
        self.began = self.said = time.monotonic()
        return self

    def __exit__(self, *_):
        pass

    def step(self):
        self.done += 1
        if time.monotonic() - self.said >= 10:
            self.said = time.monotonic()
            self._print("")

    def say(self, result):
        self._print(f", {time.monotonic() - self.began:.0f} s: {result}")

    def _print(self, more):
        print(f"{self.done} of {self.whole} {self.unit}{more}", flush=True)


def damage(path, chance):
    """Leaves a file as a power cut or a bad disk may: cut, with zeros at its end, with wrong bytes, empty."""
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data) + 1)
    how = chance.choice(("cut", "zeros", "wrong", "empty"))
    if how == "cut":
        data = data[:at]
    elif how == "zeros":
        data[at:] = bytes(len(data) - at)
    elif how == "wrong":
        data[at:at + 8] = chance.randbytes(len(data[at:at + 8]))
    else:
        data = b""
    path.write_bytes(data)


class Flood:
    """A process that sends the messages 0 to count-1 of a source of syslog by UDP, `rate` a second, 32 a system call."""

    def __init__(self, source, count, rate):
        self.rate = 0.0  # that was reached
        self.time = multiprocessing.Value("d", 0.0)
        self.count = count
        self.process = multiprocessing.Process(target=self._send, args=(source, count, rate), daemon=True)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.process.kill()

    def wait(self):
        """Until all are sent."""
        self.process.join()
        assert self.process.exitcode == 0
        self.rate = self.count / self.time.value

    def _send(self, source, count, rate):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.connect(("127.0.0.1", source.port))
            out.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, len(source.message(0)))
            began = time.monotonic()
            for first in range(0, count, 32):
                out.send(b"".join(source.message(n) for n in range(first, min(first + 32, count))))
                if (early := began + first / rate - time.monotonic()) > 0:
                    time.sleep(early)
            self.time.value = time.monotonic() - began
