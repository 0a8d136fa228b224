"""Runs commands one after the other, with BASE_URL and API_KEY of a register that is started for them."""

import os
import shlex
import subprocess
import sys

from register import Register


def main(commands):
    with Register() as register:
        environment = os.environ | {"BASE_URL": f"http://{register.address}", "API_KEY": register.key}
        for command in commands:
            print(f"    {command}", file=sys.stderr)
            subprocess.run(shlex.split(command), env=environment, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
