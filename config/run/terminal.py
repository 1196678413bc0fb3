"""What the person in front of the terminal reads: short French lines, and the time things take."""

import asyncio
import io
import os
import select
import sys
import time


class Terminal:
    """Writes lines; the step under way counts its seconds where the output is a real terminal."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stdout
        if isinstance(self.stream, io.TextIOWrapper):
            self.stream.reconfigure(errors="replace")  # a terminal without « … » shows a question mark
        self.live = self.stream.isatty()
        self.title = ""
        self.started = 0.0
        self.ticking = None

    def begin(self, title):
        """Show the step that starts now; the one before it is over."""
        self.end()
        self.title, self.started = title, time.monotonic()
        self._write(f"  {title}…")
        self._tick()

    def end(self):
        """Close the line of the step under way with the time it took."""
        if self.title:
            spent = f" {self._spent():.1f} s\n".replace(".", ",")
            self._write(f"\r  {self.title}…{spent}" if self.live else spent)
            self._forget()

    def say(self, text=""):
        """Write text on lines of its own; a step under way is left without its time."""
        if self.title:
            self._write("\n")
            self._forget()
        self._write(f"{text}\n")

    async def closed(self):
        """Wait until the terminal is closed; for ever where the output is none.

        The signal that says so goes to the leader of the session, which may not pass it on.
        """
        lookout = select.poll()
        if self.live:
            lookout.register(self.stream, 0)  # 0: nothing but the end
        while not lookout.poll(0):
            await asyncio.sleep(1)

    def _tick(self):
        if self.live:
            if self._spent() >= 1:
                self._write(f"\r  {self.title}… {self._spent():.0f} s")
            self.ticking = asyncio.get_running_loop().call_later(1, self._tick)

    def _forget(self):
        self.title = ""
        if self.ticking:
            self.ticking.cancel()
            self.ticking = None

    def _spent(self):
        return time.monotonic() - self.started

    def _write(self, text):
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError:
            # The terminal is gone, and the processes must still be stopped: write to nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())
