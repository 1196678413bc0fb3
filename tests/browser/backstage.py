"""What a test needs and no page offers: time that passes, people with a past, the clock's next tick.

`python -m tests.browser.backstage`, in the environment of the product, reads one JSON pair
(name, arguments) per line and prints the JSON answer. Everything goes through the product's own
verbs; only time is moved by hand, by dating the rows earlier.
"""

import json
import subprocess
import sys

from tests.browser.product import ROOT


class Backstage:
    """The process of this module, called as a function: ``backstage("person", email=…)``."""

    def __init__(self, product):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.backstage"],
            cwd=ROOT,
            env=product.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, name, **arguments):
        print(json.dumps([name, arguments]), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, f"backstage failed at {name}: see its traceback in the captured output"
        return json.loads(answer)

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()


def serve():
    """Answer the calls of standard input, in order."""
    import django  # noqa: PLC0415 — only this process is set up with the product's settings

    django.setup()
    from tests.browser import deeds  # noqa: PLC0415 — needs the app registry

    for line in sys.stdin:
        name, arguments = json.loads(line)
        print(json.dumps(getattr(deeds, name)(**arguments)), flush=True)


if __name__ == "__main__":
    serve()
