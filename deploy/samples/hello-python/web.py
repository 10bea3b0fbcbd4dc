"""The web process of the sample app: says which instance answers, with the standard library alone.

GET /          app, instance, release and language, as plain text
GET /healthz   200 while it takes requests
GET /env?name=X  the environment variable X as JSON
"""

import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LANGUAGE = "Python"


def greeting() -> str:
    """What this instance says about itself."""
    tenant = os.environ.get("BERTH_TENANT", "no tenant")
    app = os.environ.get("BERTH_APP", "no app")
    instance = os.environ.get("BERTH_INSTANCE", "no instance")
    release = os.environ.get("BERTH_RELEASE", "no release")
    return f"Hello from {tenant}/{app}, instance {instance}, release {release}, written in {LANGUAGE}.\n"


class Handler(BaseHTTPRequestHandler):
    """Answers one connection, which the router keeps open between requests."""

    protocol_version = "HTTP/1.1"
    # Answers are short; waiting to fill a packet would only delay them.
    disable_nagle_algorithm = True
    # An idle connection ends by itself, so that stopping never waits for one for long.
    timeout = 75

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/":
            self.answer(200, "text/plain; charset=utf-8", greeting())
        elif url.path == "/healthz":
            self.answer(200, "text/plain; charset=utf-8", "ok\n")
        elif url.path == "/env":
            name = parse_qs(url.query).get("name", [""])[0]
            value = os.environ.get(name)
            self.answer(200, "application/json", json.dumps({"name": name, "value": value}) + "\n")
        else:
            self.answer(404, "text/plain; charset=utf-8", f"There is nothing at {url.path}.\n")

    def answer(self, status: int, content_type: str, text: str) -> None:
        body = text.encode("utf-8", "surrogateescape")
        self.server.begin_answer()
        try:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            if self.server.stopping:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
        finally:
            self.server.end_answer()

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: the router writes the access log."""


class Server(ThreadingHTTPServer):
    """A thread for each connection; knows how many answers are being written."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Handler)
        self.stopping = False
        self._answers = 0
        self._changed = threading.Condition()

    def begin_answer(self) -> None:
        with self._changed:
            self._answers += 1

    def end_answer(self) -> None:
        with self._changed:
            self._answers -= 1
            self._changed.notify_all()

    def wait_for_answers(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._answers == 0, timeout=seconds)


def main() -> None:
    port = int(os.environ.get("PORT", "5000"))
    server = Server(("0.0.0.0", port))

    def stop(signal_number: int, frame: object) -> None:
        server.stopping = True
        # shutdown() waits for serve_forever(), which runs in the thread that this handler interrupts.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"web listens on port {port}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    server.wait_for_answers(seconds=5)
    print("web has stopped", flush=True)


if __name__ == "__main__":
    main()
