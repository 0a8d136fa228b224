"""Runs the nginx configuration of docs/operations.md with the nginx of the machine, before services of their own.

First the block as it is: TLS with HTTP/2, addresses of callers, compression by nginx, and what nginx does with HTTP/1.0. Then
two services on one database are replaced one after the other while 200 requests a second arrive, a quarter of them POSTs without
an idempotency key: none may fail, and none may take effect twice.
"""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from register import ROOT, Register, free_port, temporary_folder

DATABASE = "inspection_register"
RATE = 200
THREADS = 40
BLOCK = re.compile(r"^```nginx\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def documented():
    """The block of the server, and that of the two services."""
    server, upstream = BLOCK.findall((ROOT / "docs" / "operations.md").read_text())
    return server, upstream


def replaced(text, changes):
    """The text with these parts replaced, each of which must be in it."""
    for old, new in changes.items():
        if old not in text:
            raise AssertionError(f"the documents do not contain {old}")
        text = text.replace(old, new)
    return text


@contextmanager
def nginx(folder, block, port):
    """A running nginx with this block in its configuration."""
    configuration = folder / "nginx.conf"
    paths = "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;\n" if os.getuid() == 0 else ""
    configuration.write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log stderr warn;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}{block}}}\n"
    )
    command = ["nginx", "-p", folder, "-c", configuration]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    if tested.returncode != 0:
        raise AssertionError(f"nginx refuses the configuration: {tested.stderr}")
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    said = []
    reader = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)
    reader.start()
    try:
        wait_for_listener(port)
        yield said
    finally:
        process.terminate()
        process.wait(timeout=30)
        reader.join(timeout=5)


def wait_for_listener(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nginx does not listen")


def curl(*arguments):
    """The status, the version of HTTP, the headers with lower-case names, and the body of a response."""
    command = ["curl", "--silent", "--show-error", "--insecure", "--include", "--max-time", "30", *arguments]
    answer = subprocess.run(command, check=True, capture_output=True).stdout
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    version, status = first.split(" ")[:2]
    return int(status), version, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


def expect(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: {found!r} in place of {expected!r}")


def check_block(folder):
    """The block as it is documented, but for its port, its certificate and the address of the service."""
    certificate, key, port = folder / "register.pem", folder / "register.key", free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=register.example.org",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    with Register(TRUSTED_PROXIES="127.0.0.1") as register:
        block = replaced(documented()[0], {
            "listen 443 ": f"listen 127.0.0.1:{port} ",
            "/etc/ssl/register.pem": str(certificate),
            "/etc/ssl/register.key": str(key),
            "http://127.0.0.1:8080": f"http://{register.address}",
        })
        address = f"https://127.0.0.1:{port}"
        with nginx(folder, block, port):
            check_callers(address)
            check_paths(address)
        # Compressed by nginx, which gets plain responses: it weakens the tag.
        compressing = "gzip on; gzip_types *; gzip_min_length 0;\n" + replaced(
            block, {'proxy_set_header Connection "";': 'proxy_set_header Connection ""; proxy_set_header Accept-Encoding "";'}
        )
        with nginx(folder, compressing, port):
            check_weak_tags(address, register.key)
        # What nginx does by default: HTTP/1.0.
        with nginx(folder, replaced(block, {"proxy_http_version 1.1;": ""}), port):
            check_old_version(address)


def check_paths(address):
    status, version, headers, body = curl(f"{address}/v1/themes", "--compressed", "--http2")
    expect((status, version), (200, "HTTP/2"), "a list by HTTP/2")
    expect(headers.get("content-encoding"), "gzip", "compression by the service")
    expect(headers["etag"].endswith('-gzip"'), True, f"the tag of a compressed response, {headers['etag']}")
    expect("strict-transport-security" in headers, True, "the header of the proxy")
    expect(len(json.loads(body)["items"]) > 0, True, "items")
    expect(curl(f"{address}/metrics")[0], 403, "metrics")
    _, _, _, document = curl(f"{address}/openapi.json", "--header", "Host: register.example.org")
    expect(json.loads(document)["servers"][0]["url"], "https://register.example.org/v1", "the server of the document")


def check_callers(address):
    """Each caller has its own quota, whatever it claims to be."""
    left = [
        curl(f"{address}/v1/themes", "--interface", caller, "--header", f"{name}: {claim}")[2]["ratelimit"].split(";")[1]
        for caller, name, claim in [
            ("127.0.0.2", "X-Forwarded-For", "192.0.2.1"),
            ("127.0.0.2", "Forwarded", "for=192.0.2.2"),
            ("127.0.0.3", "X-Forwarded-For", "127.0.0.2"),
        ]
    ]
    expect(left, ["r=599", "r=598", "r=599"], "what is left to each caller")


def check_weak_tags(address, api_key):
    url, gzip = f"{address}/v1/authorities/E06000019", ["--header", "Accept-Encoding: gzip"]
    _, _, headers, _ = curl(url, *gzip)
    tag = headers["etag"]
    expect((headers.get("content-encoding"), tag.startswith("W/")), ("gzip", True), f"a tag weakened by nginx, {tag}")
    expect(curl(url, *gzip, "--header", f"If-None-Match: {tag}")[0], 304, "a read with the weak tag")
    change = ["--request", "PATCH", "--header", f"Authorization: Bearer {api_key}", "--header", "Content-Type: application/json"]
    change += ["--data", '{"website": "https://example.org"}', "--header", f"If-Match: {tag}"]
    expect(curl(url, *change)[0], 200, "a change with the weak tag")
    expect(curl(url, *change[:-4], "--data", "{}", "--header", f"If-Match: {tag}")[0], 412, "another change with the same tag")


def check_old_version(address):
    for path in ("/v1/themes", "/v1/standings.csv", "/v1/judgements.csv", "/openapi.json"):
        for coding in ("identity", "gzip"):
            status, _, headers, body = curl(f"{address}{path}", "--header", f"Accept-Encoding: {coding}")
            expect((status, headers.get("content-encoding"), len(body) > 100), (200, None, True), f"{path} by HTTP/1.0")


class Load:
    """Requests at a steady rate, each on a connection of its own, until it is stopped."""

    def __init__(self, port, key):
        self.port, self.key = port, key
        self.begun, self.next, self.lock = time.monotonic(), 0, threading.Lock()
        self.is_over, self.created, self.repeated, self.faults, self.slowest = False, 0, 0, [], 0.0
        self.threads = [threading.Thread(target=self._send) for _ in range(THREADS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        for thread in self.threads:
            thread.join()
        self.seconds = time.monotonic() - self.begun

    def _send(self):
        while not self.is_over:
            with self.lock:
                number, self.next = self.next, self.next + 1
            time.sleep(max(0.0, self.begun + number / RATE - time.monotonic()))
            sent, is_write = time.monotonic(), number % 4 == 0
            try:
                status = self._ask(number, is_write)
                # A service on a machine that is busy starting another may ask a client to come again, which all do.
                for _ in range(5):
                    if status != 503:
                        break
                    with self.lock:
                        self.repeated += 1
                    time.sleep(1)
                    status = self._ask(number, is_write)
            except (OSError, ValueError, IndexError) as error:
                status = repr(error)
            with self.lock:
                self.slowest = max(self.slowest, time.monotonic() - sent)
                self.created += is_write and status == 201
                if status != (201 if is_write else 200):
                    self.faults.append(f"request {number}: {status}")

    def _ask(self, number, is_write):
        """The status of a response. Sockets cost less than http.client, and the machine is busy with the services."""
        body = ""
        if is_write:
            new = {"name": f"Council {number}", "authority_type": "county", "region": "East Midlands"}
            body = json.dumps(new | {"gss_code": f"E10{900_000 + number:06}"})
        line = "POST /v1/authorities" if is_write else "GET /v1/themes"
        headers = f"Host: x\r\nConnection: close\r\nAuthorization: Bearer {self.key}\r\nContent-Type: application/json"
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(f"{line} HTTP/1.1\r\n{headers}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        return int(answer.split(b" ", 2)[1])


def readiness(address):
    """The status of /health/ready on a connection of its own, and its detail."""
    try:
        return urllib.request.urlopen(f"http://{address}/health/ready", timeout=5).status, None
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["detail"]


def replace(service):
    """Stops a service and starts its successor at the same address."""
    service.process.terminate()
    time.sleep(0.5)
    expect(readiness(service.address), (503, "draining"), "readiness on a new connection, half a second after SIGTERM")
    expect(service.process.wait(timeout=60), 0, "the status of a service that was stopped")
    service.__enter__()


def check_replacement(folder):
    port = free_port()
    server, upstream = documented()
    with Register(RATE_LIMIT="off", DRAIN_SECONDS="0") as keeper:
        url = f"postgresql:///{DATABASE}?host={keeper.folder}/socket&user=postgres"
        settings = {"DATABASE_URL": url, "RATE_LIMIT": "off", "DRAIN_SECONDS": "2"}
        with Register(**settings) as one, Register(**settings) as two:
            block = replaced(upstream, {"127.0.0.1:8080": one.address, "127.0.0.1:8081": two.address}) + replaced(server, {
                "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
                "http://127.0.0.1:8080": "http://register",
            })
            block = re.sub(r"^ *ssl_.*\n", "", block, flags=re.MULTILINE)
            before = authorities(one)
            with nginx(folder, block, port) as said, Load(port, keeper.key) as load:
                time.sleep(2)
                for service in (one, two, one):
                    replace(service)
                    time.sleep(1)
            after = authorities(one)
    expect(load.faults[:5], [], f"requests that were lost, {len(load.faults)} of {load.next}; nginx says {said[-5:]}")
    expect(after - before, load.created, "authorities that were created")
    rate = load.next / load.seconds
    expect(rate > RATE / 2, True, f"a rate of {rate:.0f} requests a second, which proves little")
    repeated = f"{load.repeated} were sent again after a 503"
    return f"{load.next} requests, {rate:.0f} a second, {load.created} of them writes; the slowest took {load.slowest:.1f} s, {repeated}"


def authorities(register):
    address = f"http://{register.address}/v1/authorities?count=exact&limit=1"
    return json.load(urllib.request.urlopen(address, timeout=30))["page"]["total"]


def main():
    folder = temporary_folder()
    try:
        check_block(folder)
        print("The block of the documents works.", file=sys.stderr)
        print(f"Three services were replaced, and no request was lost: {check_replacement(folder)}.", file=sys.stderr)
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)


if __name__ == "__main__":
    main()
