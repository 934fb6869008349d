#!/usr/bin/env python3
"""Lets programs that send the same mail take turns, and measures them. Called by benches/run.

    contest.py CONTESTS.json >RESULTS.json

CONTESTS is a list of {"title", "rounds", "programs": {NAME: {"argv", "stdin", "environment"}}} and
optionally "delay" {"server": PORT, "round_trip": SECONDS} for a link whose port takes the place of
LINK in the command lines, and "each", how often a program is started for one result. The order
turns by one from round to round, so that whatever else the machine does, and who came before,
meets all of them. What does not work is left out, and its words are kept.
"""

import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from delayed_link import DelayedLink

PATIENCE = 600


def main():
    with open(sys.argv[1]) as file:
        contests = json.load(file)
    json.dump([hold(contest) for contest in contests], sys.stdout, indent=1)


def hold(contest):
    delay = contest.get("delay")
    with contextlib.ExitStack() as stack:
        link = delay and stack.enter_context(DelayedLink(delay["server"], delay["round_trip"]))
        programs = {name: Program(link, contest.get("each", 1), **program)
                    for name, program in contest["programs"].items()}
        print(f"{contest['title']}: {contest['rounds']} rounds", file=sys.stderr)
        runs, left_out, flights = {}, {}, {}
        for name, program in list(programs.items()):
            try:
                # Also warms the caches.
                program.once()
                flights[name] = program.flights()
            except (OSError, subprocess.SubprocessError) as error:
                left_out[name] = str(error)
                del programs[name]
                print(f"  {name} is left out: {error}", file=sys.stderr)
            else:
                runs[name] = []
        order = list(programs)
        for _ in range(contest["rounds"]):
            for name in order:
                runs[name].append(programs[name].once())
            order = order[1:] + order[:1]
        peaks = {name: program.peak() for name, program in programs.items()}
    return {**contest, "left_out": left_out, "results": {
        name: {
            "wall": statistics.median(run[0] for run in runs[name]),
            "cpu": statistics.median(run[1] for run in runs[name]),
            # Of each round, so that what slowed both down cancels out.
            "ratio": statistics.median(
                ours[0] / theirs[0] for ours, theirs in zip(runs["mailsend"], runs[name])),
            "cpu_ratio": statistics.median(
                ours[1] / max(theirs[1], 1e-6)
                for ours, theirs in zip(runs["mailsend"], runs[name])),
            "peak": peaks[name],
            "flights": flights[name],
        } for name in programs}}


class Program:
    """A command line, started as a user would."""

    def __init__(self, link, each, argv, stdin=os.devnull, environment=None):
        port = str(link.port) if link else ""
        self.argv = [word.replace("LINK", port) for word in argv]
        self.link, self.each, self.stdin = link, each, stdin
        self.environment = {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"],
                            **(environment or {})}

    def once(self):
        """Seconds, and seconds of CPU."""
        wall = cpu = 0
        for _ in range(self.each):
            run = self._start(self.argv)
            wall, cpu = wall + run[0], cpu + run[1]
        return wall, cpu

    def _start(self, argv):
        with open(self.stdin) as stdin, tempfile.TemporaryFile() as said:
            start = time.perf_counter()
            process = subprocess.Popen(argv, stdin=stdin, stdout=said, stderr=said,
                                       env=self.environment)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                said.seek(0)
                words = said.read(500).decode(errors="replace").strip()
                raise OSError(f"status {process.returncode}: {words}")
        return wall, usage.ru_utime + usage.ru_stime

    def flights(self):
        """Those of the runs since the last call, if there is a link that counts them."""
        if not self.link:
            return None
        # The server's end of the connection comes later than the client's.
        for _ in range(200):
            if taken := self.link.take_flights():
                return sum(taken)
            time.sleep(0.02)
        return None

    def peak(self):
        """Kilobytes in memory at most, as time(1) says: of children alone, as the kernel counts
        what the parent of a program had too, and Python has more than some of them."""
        with tempfile.NamedTemporaryFile("r") as report, open(self.stdin) as stdin:
            subprocess.run([os.environ["TIME"], "-v", "-o", report.name, *self.argv], stdin=stdin,
                           env=self.environment, check=True, timeout=PATIENCE,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            found = re.search(r"Maximum resident set size \(kbytes\): (\d+)", report.read())
        return int(found.group(1))


if __name__ == "__main__":
    main()
