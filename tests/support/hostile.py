"""A server that breaks HTTP on purpose, in front of the receiver: it misbehaves as it is told, or passes on."""
import os
import select
import socket
import ssl
import struct
import subprocess
import threading

ENOUGH = 4 << 20  # Of what has no end: more than any client should take.


def reset(connection):
    """Closes it with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def flood(connection, head, piece):
    """Sends the piece over and over, until the client has had enough."""
    connection.sendall(head)
    for _ in range(ENOUGH // len(piece)):
        connection.sendall(piece)


def says(answer):
    return lambda connection: connection.sendall(answer)


# What is done with a connection on which a whole request has come, before it is closed.
AFTER_REQUEST = {
    "closes": lambda connection: None,
    "half-closes": lambda connection: (connection.shutdown(socket.SHUT_WR), connection.recv(1)),
    "resets": reset,
    "speaks-ssh": says(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "garbage": says(bytes(range(256)) * 100),
    "head-without-end": says(b"HTTP/1.1 204 No Content\r\nX-A: b\r\n"),
    "cut-body": says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort"),
    "length-that-lies": says(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n"),
    "two-lengths": says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
    "bad-chunk": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
    "status-99": says(b"HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n"),
    "status-999": says(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"),
    "interim-without-end": lambda connection: flood(connection, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "header-without-end": lambda connection: flood(connection, b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 4096),
    "headers-without-end": lambda connection: flood(connection, b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 500),
    "chunks-without-end": lambda connection: (
        flood(connection, b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", b"4\r\nabcd\r\n" * 500),
        connection.recv(1)),
    "redirects-to-itself": says(b"HTTP/1.1 307 Again\r\nLocation: /loki/api/v1/push\r\nContent-Length: 0\r\n\r\n"),
    "retry-after-negative": says(b"HTTP/1.1 429 No\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n"),
    "retry-after-past": says(b"HTTP/1.1 429 No\r\nRetry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                             b"Content-Length: 0\r\n\r\n"),
    "retry-after-year-1": says(b"HTTP/1.1 503 No\r\nRetry-After: Mon, 01 Jan 0001 00:00:00 GMT\r\n"
                               b"Content-Length: 0\r\n\r\n"),
}


def answers_early(connection):
    """An answer, and the rest of the request is never read."""
    connection.sendall(b"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")


# What is done as soon as the first bytes of a request are there.
AT_FIRST_BYTE = {
    "resets-in-mid-request": reset,
    "answers-before-it-has-read": answers_early,
}

# What is done instead of a TLS handshake.
AT_HANDSHAKE = {
    "closes-at-hello": lambda connection: connection.recv(1),
    "resets-at-hello": lambda connection: (connection.recv(1), reset(connection)),
    "speaks-no-tls": says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
}
# What is done inside of TLS once a whole request has come, besides what is in AFTER_REQUEST.
IN_TLS = {
    "garbage-instead-of-a-record": lambda connection: os.write(connection.fileno(), bytes(range(256)) * 10),
    "half-a-record": lambda connection: os.write(connection.fileno(), b"\x17\x03\x03\x40\x00" + b"x" * 100),
}


def server_context(folder):
    """A TLS context with a certificate that nobody signed."""
    certificate, key = str(folder / "hostile.crt"), str(folder / "hostile.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=hostile", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class Hostile:
    """Listens before a receiver. `mode`: a name from the tables above, or "" to pass on. `context`: speaks TLS."""

    def __init__(self, receiver_port, context=None):
        self.mode = ""
        self._context = context
        self.requests = 0  # That were treated badly.
        self._receiver_port = receiver_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self):
        return f"http{'s' if self._context else ''}://127.0.0.1:{self.port}/loki/api/v1/push"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()

    def _accept(self):
        while not self._ending.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(10)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        with connection:
            try:
                if self.mode in AT_HANDSHAKE:
                    self.requests += 1
                    AT_HANDSHAKE[self.mode](connection)
                elif self._context:
                    with self._context.wrap_socket(connection, server_side=True) as inside:
                        self._serve_all(inside)
                else:
                    self._serve_all(connection)
            except OSError:
                pass  # The client has had enough.

    def _serve_all(self, connection):
        while self._serve_one(connection):
            pass

    def _serve_one(self, connection):
        """Whether the connection goes on."""
        while not select.select([connection], [], [], 0.05)[0]:
            if self._ending.is_set():
                return False
        mode = self.mode
        if mode in AT_HANDSHAKE:  # For the next connection.
            return False
        if mode in AT_FIRST_BYTE:
            connection.recv(1)
            self.requests += 1
            AT_FIRST_BYTE[mode](connection)
            return False
        request = read_message(connection)
        if request is None:
            return False
        if not mode:
            connection.sendall(self._pass_on(request))
            return True
        self.requests += 1
        (IN_TLS if mode in IN_TLS else AFTER_REQUEST)[mode](connection)
        return False

    def _pass_on(self, request):
        with socket.create_connection(("127.0.0.1", self._receiver_port), timeout=10) as receiver:
            receiver.sendall(request)
            return read_message(receiver)


def read_message(connection):
    """Head and body of one HTTP message with Content-Length; None when the peer closes before."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                   if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            return None
        body += piece
    return head + b"\r\n\r\n" + body
