"""Turns what contest.py measured into a Markdown page and a plot. Called by benches/run.

    report.py RESULTS.json VERSIONS SCRATCH PAGE.md PLOT.svg

SCRATCH is the folder whose name is left out of the command lines.
"""

import json
import os
import platform
import re
import shlex
import sys
from xml.sax.saxutils import escape

# Generators of load, which compose nothing: shown, but no peers for the goals.
NO_PEERS = {"smtp-source"}


def main():
    results, versions, scratch, page, plot = sys.argv[1:]
    with open(results) as file:
        contests = json.load(file)
    with open(versions) as file:
        programs = [line.strip() for line in file if line.strip()]
    with open(page, "w") as file:
        file.write(markdown(contests, programs, scratch))
    with open(plot, "w") as file:
        file.write(picture(contests))


# The page

def markdown(contests, programs, scratch):
    lines = [
        "# Beside others, measured", "",
        "`benches/run` wrote this page and the plot, all from one run; run it on your machine.", "",
        "![How long the programs take](benchmarks.svg)", "",
        f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        + ", ".join(programs) + ".", "",
        "Programs take turns, start cold each time, and send to servers on the same machine: "
        "smtp-sink in the clear, Postfix with TLS and AUTH PLAIN. Medians. *Ratio* is mailsend's "
        "figure by the other's, of each round, and of those the median: below 1, mailsend needs "
        "less. A *flight* is a run of a client's octets between two of the server's, the TLS "
        "handshake included. smtp-source is a generator of load, with no message to compose, no "
        "configuration and no TLS: a floor, no peer.", "",
        "## Goals", "",
        "| | goal | is | |", "|---|---|---|---|",
        *(f"| {what} | ≤ {goal:.2f} | {figure:.2f} | {'met' if figure <= goal else f'**missed**: {why}'} |"
          for what, goal, figure, why in goals(contests)), "",
        "## Figures",
    ]
    for contest in contests:
        lines += ["", f"### {contest['title'][0].upper()}{contest['title'][1:]}", "", *table(contest)]
    lines += ["", "## Command lines", "",
              "Certificates are verified by all, and every program has the settings with which it "
              "is fastest: `--pipeline` and `--sasl-ir` are not what they do by themselves, and "
              "msmtp keeps no log. PORT is the server's or the delayed link's."]
    for contest in contests:
        lines += ["", f"### {contest['title'][0].upper()}{contest['title'][1:]}: commands", "",
                  "```text", *(command_line(program, scratch)
                             for program in contest["programs"].values()), "```"]
    return "\n".join(lines) + "\n"


def table(contest):
    results = contest["results"]
    has_flights = any(result["flights"] for result in results.values())
    unit, scale = (("s", 1) if results["mailsend"]["wall"] > 1 else ("ms", 1000))
    yield (f"| {contest['rounds']} round{'s' * (contest['rounds'] > 1)} | wall {unit} | ratio | CPU {unit} | ratio | peak MiB |"
           + (" flights |" if has_flights else ""))
    yield "|---|--:|--:|--:|--:|--:|" + ("--:|" if has_flights else "")
    for name, result in results.items():
        ours = name == "mailsend"
        shown = [f"{result['wall'] * scale:.{digits(result['wall'] * scale)}f}",
                 "" if ours else f"{result['ratio']:.2f}",
                 f"{result['cpu'] * scale:.{digits(result['cpu'] * scale)}f}",
                 "" if ours else f"{result['cpu_ratio']:.2f}",
                 f"{result['peak'] / 1024:.1f}"]
        if has_flights:
            shown.append(str(result["flights"] or ""))
        yield f"| {'**mailsend**' if ours else name} | " + " | ".join(shown) + " |"
    for name, why in contest["left_out"].items():
        yield f"| {name} | left out: {why.splitlines()[0][:80]} |"


def digits(value):
    return 2 if value < 10 else 1 if value < 100 else 0


def goals(contests):
    """What, the goal, the figure, and why it is missed where it is."""
    found = {contest["title"]: contest["results"] for contest in contests}

    def fastest(title, key="wall"):
        peers = {name: result for name, result in found[title].items()
                 if name != "mailsend" and name not in NO_PEERS}
        name = min(peers, key=lambda name: peers[name][key])
        return name, peers[name]

    title = "cold, in the clear"
    name, peer = fastest(title)
    ours, floor = found[title]["mailsend"], found[title].get("smtp-source", {})
    to_start = (f"smtp-source, which has nothing to read or to compose, takes {shown(floor['wall'])} "
                f"here and {shown(floor['cpu'])} of CPU: starting a process is most of it"
                if floor else "starting a process is most of it")
    yield f"{title}, wall, by {name}", 0.25, peer["ratio"], to_start
    for title in ("cold, STARTTLS + AUTH", "cold, implicit TLS + AUTH"):
        name, peer = fastest(title)
        yield (f"{title}, wall, by {name}", 1, peer["ratio"],
               "the server's own work for TLS and AUTH is most of it")
        name, peer = fastest(title, "cpu")
        yield (f"{title}, CPU, by {name}", 0.4, peer["cpu_ratio"],
               f"{shown(ours['cpu'])} of it is what a mail in the clear takes, and {to_start}")
    for title, results in found.items():
        if results["mailsend"]["flights"]:
            fewest = min(result["flights"] for name, result in results.items()
                         if name != "mailsend" and result["flights"])
            yield (f"{title}, flights, by the fewest ({fewest})", 1,
                   results["mailsend"]["flights"] / fewest,
                   "it waits for an answer that others do not wait for")
    for name, goal in (("curl", 1 / 3), ("s-nail", 2 / 3)):
        if name in found.get("attachment of 100 MiB", {}):
            yield (f"attachment of 100 MiB, wall, by {name}", goal,
                   found["attachment of 100 MiB"][name]["ratio"],
                   "the server takes the octets no faster")
    sizes = [title for title in found if title.startswith("attachment")]
    yield (f"memory, {sizes[-1]} by {sizes[0]}", 1.25,
           found[sizes[-1]]["mailsend"]["peak"] / found[sizes[0]]["mailsend"]["peak"],
           "it is not constant")


def command_line(program, scratch):
    words = [re.sub(r"^.*/(curl|msmtp|swaks|s-nail|smtp-source|sh)$", r"\1", word)
             for word in program["argv"][:1]] + program["argv"][1:]
    words = ["mailsend" if word == os.environ["MAILSEND"] else word.replace(scratch + "/", "")
             for word in words]
    words = [re.sub(r"\b(127\.0\.0\.1|localhost):\w+", r"\1:PORT", word) for word in words]
    words = ["PORT" if re.fullmatch(r"LINK|\d{4,5}", word) and before in ("--port",) else word
             for before, word in zip(["", *words], words)]
    source = program["stdin"].replace(scratch + "/", "")
    return shlex.join(words) + ("" if source == os.devnull else f" < {source}")


def processor():
    with open("/proc/cpuinfo") as lines:
        found = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
        return next(found, platform.machine())


# The plot

WIDTH, LEFT, BAR, GAP = 720, 120, 15, 30
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.name { text-anchor: end }
.other { fill: #8c959f }
.ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .other { fill: #6e7681 }
  .ours { fill: #4493f8 }
}
"""


def picture(contests):
    """A group of bars for every contest, as long as the time is beside the slowest of the group."""
    parts, y = [], 0
    for contest in contests:
        results = sorted(contest["results"].items(), key=lambda item: item[1]["wall"])
        longest = results[-1][1]["wall"]
        y += GAP
        parts.append(f'<text class="title" x="{LEFT}" y="{y - 8}">{escape(contest["title"])}</text>')
        for name, result in results:
            length = max(1, (WIDTH - LEFT - 90) * result["wall"] / longest)
            kind = "ours" if name == "mailsend" else "other"
            parts.append(f'<text class="name" x="{LEFT - 8}" y="{y + 11}">{escape(name)}</text>')
            parts.append(f'<rect class="{kind}" x="{LEFT}" y="{y + 1}" width="{length:.1f}" '
                         f'height="{BAR - 3}" rx="2"/>')
            parts.append(f'<text x="{LEFT + length + 6:.1f}" y="{y + 11}">{shown(result["wall"])}</text>')
            y += BAR
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 10}" '
            f'viewBox="0 0 {WIDTH} {y + 10}" role="img">\n'
            "<title>Wall clock of mailsend and others; shorter is better</title>\n"
            f"<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n")


def shown(seconds):
    if seconds < 1:
        return f"{seconds * 1000:.{digits(seconds * 1000)}f} ms"
    return f"{seconds:.{digits(seconds)}f} s"


if __name__ == "__main__":
    main()
