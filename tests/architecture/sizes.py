#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints how large files and functions are, and fails where one passes its wall. Names the sources that have no test.

Walls: a file 600 lines, a function 70 lines, a line 100 columns, a folder 25 hand-written files. There is
no list of exceptions. Functions are measured by universal-ctags.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE_LINES, FUNCTION_LINES, COLUMNS, FOLDER_FILES = 600, 70, 100, 25
SUFFIXES = re.compile(r"_(util|utils|helper|helpers|manager|common|impl|misc|base)(_test)?\.(h|hpp|c|cpp)$")


def tracked():
    try:  # whoever owns the checkout
        listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
                                check=True, capture_output=True, text=True).stdout.split()
    except (FileNotFoundError, subprocess.CalledProcessError):
        sys.exit(f"sizes.py: git cannot list the sources: git is missing, or {ROOT} is no checkout of it")
    return [p for p in listed if p.endswith((".h", ".hpp", ".c", ".cpp", ".py", ".sh")) and (ROOT / p).exists()]


def functions(paths):
    out = subprocess.run(["ctags", "--output-format=json", "--fields=+ne", "--c++-kinds=f", "--c-kinds=f",
                          "-L", "-", "-f", "-"], cwd=ROOT, check=True, capture_output=True, text=True,
                         input="\n".join(paths)).stdout
    for line in out.splitlines():
        tag = json.loads(line)
        if "end" in tag:
            yield tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1


def defines_something(text):
    """Is there a body of a function or a type? A file of explicit instantiations has none."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/|^\s*#[^\n]*", "", text, flags=re.S | re.M)
    return "{" in re.sub(r"\bnamespace\b[^{;]*\{", "", code)


def room_of(path):
    """kernel/log, plugins/storage/segment: what owns a test folder."""
    parts = path.split("/")
    return "/".join(parts[:2 if parts[0] == "kernel" else 3])


def untested(paths):
    """Sources of kernel rooms and plugins without x_test.cpp beside them, which no test in a test folder of
    their room includes either. The two rooms that only build the others, broker and cli, are tested as wholes."""
    sources = [p for p in paths if p.endswith(".cpp") and not p.endswith("_test.cpp")
               and p.startswith(("kernel/", "plugins/")) and p.count("/") > 1
               and room_of(p) not in ("kernel/broker", "kernel/cli") and not in_test_folder(p)]
    included = collections.defaultdict(set)
    for path in paths:
        if in_test_folder(path) and path.endswith((".cpp", ".h")):
            for header in re.findall(r'#include "([^"]+)"', (ROOT / path).read_text()):
                included[room_of(path)].add(pathlib.PurePath(header).name)
    for path in sources:
        header = pathlib.PurePath(path).with_suffix(".h").name
        beside = path.removesuffix(".cpp") + "_test.cpp"
        if beside in paths or header in included[room_of(path)]:
            continue
        if defines_something((ROOT / path).read_text()):
            yield path


def in_test_folder(path):
    return re.search(r"/test(ing)?/", path) is not None


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0


def main():
    paths = tracked()
    problems, lines, folders = [], {}, collections.Counter()
    for path in paths:
        text = (ROOT / path).read_text().splitlines()
        lines[path] = len(text)
        if not path.endswith("_test.cpp"):
            folders[str(pathlib.PurePath(path).parent)] += 1
        if len(text) > FILE_LINES:
            problems.append(f"{path}: {len(text)} lines, the wall is {FILE_LINES}")
        if SUFFIXES.search(path):
            problems.append(f"{path}: name the noun that the file defines")
        if path.endswith((".h", ".hpp", ".c", ".cpp")):
            for number, line in enumerate(text, 1):
                if len(line) > COLUMNS and "http" not in line and "#include" not in line:
                    problems.append(f"{path}:{number}: {len(line)} columns, the wall is {COLUMNS}")
            if "SPDX-License-Identifier" not in "".join(text[:2]):
                problems.append(f"{path}: no SPDX line")
    for folder, count in folders.items():
        if count > FOLDER_FILES:
            problems.append(f"{folder}: {count} files, the wall is {FOLDER_FILES}")
    code = [p for p in paths if p.endswith((".h", ".hpp", ".c", ".cpp"))]
    spans = []
    for path, line, name, span in functions(code):
        spans.append(span)
        if span > FUNCTION_LINES:
            problems.append(f"{path}:{line}: {name} has {span} lines, the wall is {FUNCTION_LINES}")
    tests = [p for p in paths if p.endswith("_test.cpp") or p.startswith("tests/")]
    shipped = [p for p in code if p not in tests]
    sizes = [lines[p] for p in shipped]
    print("\n".join(problems))
    print(f"files: {len(sizes)} shipped, median {percentile(sizes, .5)}, p90 {percentile(sizes, .9)}, "
          f"max {max(sizes, default=0)} lines; tests/shipped lines "
          f"{sum(lines[p] for p in tests) / max(1, sum(sizes)):.2f}")
    print(f"functions: {len(spans)}, median {percentile(spans, .5)}, p90 {percentile(spans, .9)}, "
          f"max {max(spans, default=0)} lines")
    lacking = list(untested(paths))
    print(f"tests: {len(lacking)} sources of kernel rooms and plugins have no test of their own"
          + "".join(f"\n  {path}" for path in lacking))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
