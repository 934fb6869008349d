#!/usr/bin/env python3
"""Lets programs that send the same mail take turns, and measures them. Called by benches/run.

    contest.py CONTESTS.json >RESULTS.json

CONTESTS is a list of {"title", "rounds", "programs": {NAME: {"argv", "stdin", "environment"}}} and
optionally "delay" {"server": PORT, "round_trip": SECONDS} for a link whose port takes the place of
LINK in the command lines. The order turns by one from round to round, so that whatever else the
machine does, and who came before, meets all of them. Memory is looked at in a run before the
rounds, which is the only one where there is one round. What does not work is left out, and its
words are kept.
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


def main():
    with open(sys.argv[1]) as file:
        contests = json.load(file)
    json.dump([hold(contest) for contest in contests], sys.stdout, indent=1)


def hold(contest):
    delay = contest.get("delay")
    with contextlib.ExitStack() as stack:
        link = delay and stack.enter_context(DelayedLink(delay["server"], delay["round_trip"]))
        programs = {name: Program(link, **program)
                    for name, program in contest["programs"].items()}
        print(f"{contest['title']}: {contest['rounds']} rounds", file=sys.stderr)
        runs, left_out, flights, peaks = {}, {}, {}, {}
        for name, program in list(programs.items()):
            try:
                peak, *run = program.peak()
                peaks[name], flights[name] = peak, program.flights()
            except (OSError, subprocess.SubprocessError) as error:
                left_out[name] = str(error)
                del programs[name]
                print(f"  {name} is left out: {error}", file=sys.stderr)
            else:
                # It warmed the caches, and time(1) took some of it: nothing beside what is done
                # only once because it takes so long.
                runs[name] = [run] if contest["rounds"] == 1 else []
        order = list(programs)
        for _ in range(contest["rounds"] if contest["rounds"] > 1 else 0):
            for name in order:
                runs[name].append(programs[name].once())
            order = order[1:] + order[:1]
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

    def __init__(self, link, argv, stdin=os.devnull, environment=None):
        port = str(link.port) if link else ""
        self.argv = [word.replace("LINK", port) for word in argv]
        self.link, self.stdin = link, stdin
        self.environment = {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"],
                            **(environment or {})}

    def once(self):
        """Seconds, and seconds of CPU."""
        return self._start(self.argv)

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
        """Kilobytes in memory at most, then what `once` answers. As time(1) says: the kernel counts
        what a program's parent had too, and Python has more than some of them."""
        with tempfile.NamedTemporaryFile("r") as report:
            run = self._start([os.environ["TIME"], "-v", "-o", report.name, *self.argv])
            found = re.search(r"Maximum resident set size \(kbytes\): (\d+)", report.read())
        return int(found.group(1)), *run


if __name__ == "__main__":
    main()
