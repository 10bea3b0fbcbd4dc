"""Looks at its own container from the inside and tells what it sees; answers JSON over HTTP.

/self         ids, uid map, mounts, capabilities, as /proc has them
/suid         what a set-uid program in the slug becomes when it is run
/write?path=P tries to create or change P
/hog          takes memory until the kernel ends it
/bomb         starts processes that start processes
/burn         computes for two seconds and says how much processor time it was given
/env?name=X   an environment variable
/die          ends the process with exit code 7
"""

import json
import os
import signal
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
STARTED = time.time_ns()


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def about_self(query):
    status = dict(line.split(":", 1) for line in read("/proc/self/status").splitlines() if ":" in line)
    return {
        "pid": os.getpid(),
        "uid": os.getuid(),
        "uidMap": read("/proc/self/uid_map").split(),
        "mounts": read("/proc/self/mountinfo").splitlines(),
        "capabilities": status["CapEff"].strip(),
        "bounding": status["CapBnd"].strip(),
        "noNewPrivileges": status["NoNewPrivs"].strip(),
        "seccomp": status["Seccomp"].strip(),
        "instance": os.environ.get("BERTH_INSTANCE", ""),
        "started": STARTED,
    }


def run_set_uid_program(query):
    program = os.path.join(HERE, "suid-id")
    run = subprocess.run([program, "-u"], capture_output=True, text=True, check=False)
    return {
        "before": os.geteuid(),
        "after": run.stdout.strip(),
        "error": run.stderr,
        "mode": oct(os.stat(program).st_mode & 0o7777),
    }


def write(query):
    path = query["path"][0]
    try:
        with open(path, "ab") as file:
            file.write(b"x")
        return {"path": path, "written": True, "error": ""}
    except OSError as failure:
        return {"path": path, "written": False, "error": os.strerror(failure.errno)}


def hog(query):
    def take():
        taken = []
        while True:
            taken.append(bytearray(os.urandom(4096)) * 1024)

    return {"begun": True}, threading.Thread(target=take, daemon=True).start


def bomb(query):
    if os.fork() == 0:
        signal.alarm(8)
        while True:
            try:
                if os.fork() == 0:
                    signal.alarm(8)
            except OSError:
                time.sleep(0.05)
    return {"begun": True}


def burn(query):
    wall, cpu = time.monotonic(), time.process_time()
    while time.monotonic() - wall < 2:
        pass
    return {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}


def environment(query):
    name = query["name"][0]
    return {"name": name, "value": os.environ.get(name)}


def die(query):
    return {"begun": True}, lambda: os._exit(7)


ANSWERS = {
    "/self": about_self,
    "/suid": run_set_uid_program,
    "/write": write,
    "/hog": hog,
    "/bomb": bomb,
    "/burn": burn,
    "/env": environment,
    "/die": die,
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        url = urlsplit(self.path)
        answer = ANSWERS.get(url.path)
        value = answer(parse_qs(url.query)) if answer else {"nothing at": url.path}
        # What may end the process waits until its answer is out of its hands.
        value, afterwards = value if isinstance(value, tuple) else (value, None)
        body = json.dumps(value).encode()
        self.send_response(200 if answer else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if afterwards:
            afterwards()

    def log_message(self, format, *arguments):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
# The bomb's dead are nobody else's to collect: this is process 1.
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
Server(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
