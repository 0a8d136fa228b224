"""Starts and stops a separate register for the scripts, on a free port of this machine and with default settings."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "inspection-register"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def temporary_folder():
    """A directory that every user may enter: if root runs the script, PostgreSQL runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="inspection-register-"))
    folder.chmod(0o755)
    return folder


class Register:
    """A running service; `settings` are added to the environment.

    With `like`, which must be stopped, it starts with a copy of the data of that register and with its key.
    """

    def __init__(self, like=None, **settings):
        self.folder, self.key = temporary_folder(), os.environ.get("API_KEY", "")
        if like:
            subprocess.run(["cp", "-a", f"{like.folder}/.", self.folder], check=True)
            self.key = like.key
        self.address = f"127.0.0.1:{free_port()}"
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        own = {"BIND_ADDRESS": self.address, "DATA_DIR": str(self.folder), "RUST_LOG": "warn", "DRAIN_SECONDS": "0"}
        self.environment = kept | own | settings

    def __enter__(self):
        said = self.folder / "said"
        with open(said, "wb") as file:
            self.process = subprocess.Popen([PROGRAM], env=self.environment, stdout=file, stderr=subprocess.STDOUT)
        try:
            self._wait(said)
        except BaseException:
            self.__exit__()
            raise
        key = re.search(r"\birk_\w+", said.read_text())
        self.key = key.group() if key else self.key
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)

    def _wait(self, said):
        """Waits until it is ready and has printed its announcement, whose last line comes after the key."""
        for _ in range(900):
            if self.process.poll() is not None:
                raise RuntimeError(f"the service ended: {said.read_text()}")
            try:
                urllib.request.urlopen(f"http://{self.address}/health/ready", timeout=5).close()
                if "Stop it with" in said.read_text():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"the service does not become ready: {said.read_text()}")
