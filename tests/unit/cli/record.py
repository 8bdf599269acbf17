#!/usr/bin/env python3
"""Record what the docker command line does: what `docker create` sends for each line of data/create_cases.txt, and what
`docker inspect --format` prints for each line of data/template_cases.txt over data/container.json.

A daemon that only remembers stands in for the real one. Writes data/create_golden.txt and data/template_golden.txt;
the tests compare dhow with these. Run it again when a case is added: tests/unit/cli/record.py [docker]
"""
import http.server
import json
import os
import pathlib
import shlex
import socketserver
import subprocess
import sys
import tempfile
import threading

DATA = pathlib.Path(__file__).resolve().parent / "data"
CONTAINER = (DATA / "container.json").read_bytes()
recorded = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Api-Version", "1.51")
        self.send_header("Ostype", "linux")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.answer(200, b"OK")

    def do_GET(self):
        if self.path.endswith("/_ping"):
            self.answer(200, b"OK")
        else:
            self.answer(200, CONTAINER)

    def do_POST(self):
        recorded.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(201, b'{"Id":"0123","Warnings":[]}')

    def address_string(self):
        return "unix"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def cases(name):
    return [line for line in (DATA / name).read_text().splitlines() if line and not line.startswith("#")]


def main():
    docker = sys.argv[1] if len(sys.argv) > 1 else "docker"
    os.chdir(DATA)
    with tempfile.TemporaryDirectory() as folder:
        socket = folder + "/docker.sock"
        threading.Thread(target=Server(socket, Handler).serve_forever, daemon=True).start()
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "DOCKER_HOST": "unix://" + socket, "FROM_HOST": "here"}

        def run(*words):
            return subprocess.run([docker, *words], env=environment, capture_output=True, text=True)

        with open("create_golden.txt", "w") as golden:
            for case in cases("create_cases.txt"):
                recorded.clear()
                done = run("create", *shlex.split(case))
                golden.write(f"$ {case}\n")
                if recorded:
                    golden.write(json.dumps(recorded[0], sort_keys=True).replace(str(DATA), "@DATA@") + "\n")
                else:
                    golden.write("! " + done.stderr.splitlines()[0].removeprefix("docker: ") + "\n")
        with open("template_golden.txt", "w") as golden:
            for case in cases("template_cases.txt"):
                done = run("inspect", "--type", "container", "--format", case.replace("\\n", "\n"), "web")
                golden.write(f"$ {case}\n")
                golden.write(done.stdout[:-1].replace("\n", "\\n") + "\n" if done.returncode == 0 else "! " + done.stderr.strip() + "\n")


main()
