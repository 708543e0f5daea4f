#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the C headers of the SDK with sdk/abi.lock, the list of all that is frozen.

abi_lock.py CLANG SDK [--update]

Clang's syntax tree names the structs, their members and types in order; a program made from those names and run
prints sizes, offsets and the values of constants. The lock says of each line which minor brought it, and of each
minor the hash of its lines, so that nothing can be moved, changed, or slipped into a minor that is closed.

--update appends what the headers have more, under the minor of TN_ABI_MINOR; it rewrites the drafts, which may
change, and never a frozen line.
"""
import difflib
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FROZEN = ["plugin.h", "module.h", "host.h", "partitioner.h", "codec.h", "assignor.h"]
DRAFTS = ["storage.h"]
# Constants that say which release this is, and macros that are words of a language, not numbers of the ABI.
NOT_FROZEN = {"TN_ABI_MINOR", "TN_SDK_VERSION", "TN_MIN_MINOR", "TN_NOTE_SANITIZERS"}
HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# What plugins are built against, member by member, on 64-bit little-endian machines. sdk/test/abi_lock.py compares
# it with the headers. The first word of a line is the minor of ABI 1 that brought it; a frozen line is never edited.
"""


class Refused(Exception):
    pass


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise Refused(f"{' '.join(map(str, command))}:\n{done.stderr}")
    return done.stdout


def source(headers):
    return "".join(f"#include <tenon/{header}>\n" for header in headers)


def records(clang, sdk, headers):
    """{struct: [(member, type)]} and {typedef: type}, in the order of the headers."""
    tree = json.loads(run([clang, "-x", "c", "-std=c11", f"-I{sdk}/include", "-fsyntax-only", "-Xclang",
                           "-ast-dump=json", "-"], input=source(headers)))
    structs, types = {}, {}
    for node in tree["inner"]:
        name = node.get("name", "")
        if not name.startswith("tn_"):
            continue
        if node["kind"] == "RecordDecl" and node.get("completeDefinition"):
            structs[name] = [(m["name"], m["type"]["qualType"]) for m in node["inner"] if m["kind"] == "FieldDecl"]
        elif node["kind"] == "TypedefDecl" and not node["type"]["qualType"].startswith("struct tn_"):
            types[name] = node["type"]["qualType"]
    return structs, types


def constants(clang, sdk, headers):
    """Macros TN_X that stand for a number or a text."""
    text = run([clang, "-x", "c", "-std=c11", f"-I{sdk}/include", "-dM", "-E", "-"], input=source(headers))
    names = re.findall(r"^#define (TN_[A-Z0-9_]+) (.+)$", text, re.M)
    number = re.compile(r'\(?-?(0x[0-9a-f]+|\d+)u?\)?$|"[^"]*"$|INT32_MIN$|TN_SIZE_TO\(')
    return sorted(name for name, value in names if number.match(value) and name not in NOT_FROZEN)


def measure(clang, sdk, headers, structs, names):
    """Runs a program that prints a line for each struct, member and constant; returns them by their key."""
    out = ["#include <stdio.h>", source(headers),
           '#define SHOW(x) _Generic((x), char*: show_text, const char*: show_text, default: show_number)',
           'static void show_text(const char* key, const char* x) { printf("%s = \\"%s\\"\\n", key, x); }',
           'static void show_number(const char* key, long long x) { printf("%s = %lld\\n", key, x); }',
           "int main(void) {"]
    for struct, members in structs.items():
        out.append(f'printf("struct {struct} size %zu align %zu\\n", sizeof({struct}), _Alignof({struct}));')
        for member, kind in members:
            out.append(f'printf("member {struct}.{member} at %zu size %zu {kind}\\n", '
                       f"offsetof({struct}, {member}), sizeof((({struct}*)0)->{member}));")
    out += [f'SHOW({name})("constant {name}", {name});' for name in names]
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder, "measure")
        run([clang, "-x", "c", "-std=c11", f"-I{sdk}/include", "-w", "-", "-o", program],
            input="\n".join(out + ["return 0; }"]))
        return run([program]).splitlines()


def describe(clang, sdk):
    """The lines of the frozen headers and those of the drafts."""
    frozen_structs, frozen_types = records(clang, sdk, FROZEN)
    all_structs, all_types = records(clang, sdk, FROZEN + DRAFTS)
    frozen_names = constants(clang, sdk, FROZEN)
    all_names = constants(clang, sdk, FROZEN + DRAFTS)

    def lines(headers, structs, types, names):
        return [f"type {name} = {of}" for name, of in types.items()] + measure(clang, sdk, headers, structs, names)

    drafts = lines(FROZEN + DRAFTS, {s: m for s, m in all_structs.items() if s not in frozen_structs},
                   {t: of for t, of in all_types.items() if t not in frozen_types},
                   [name for name in all_names if name not in frozen_names])
    frozen = ["symbol tenon_module : const tn_module"]
    return frozen + lines(FROZEN, frozen_structs, frozen_types, frozen_names), drafts


def minor_of_headers(sdk):
    return int(re.search(r"#define TN_ABI_MINOR (\d+)u", (sdk / "include/tenon/plugin.h").read_text()).group(1))


def digest(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def parse(text):
    """[(minor, line)], {minor: hash}, [draft line]. Every line outside the drafts bears its minor."""
    frozen, hashes, drafts, in_drafts = [], {}, [], False
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line == "drafts":
            in_drafts = True
        elif in_drafts:
            drafts.append(line)
        elif closed := re.fullmatch(r"minor 1\.(\d+) sha256 ([0-9a-f]{64})", line):
            hashes[int(closed[1])] = closed[2]
        elif tagged := re.fullmatch(r"1\.(\d+) (.+)", line):
            frozen.append((int(tagged[1]), tagged[2]))
        else:
            raise Refused(f"abi.lock:{number}: this line does not say which minor brought it: {line}")
    return frozen, hashes, drafts


def size_and_align(line):
    return tuple(map(int, re.search(r" size (\d+) align (\d+)$", line).groups()))


def check_growth(locked, now):
    """A struct that begins with struct_size may become longer; a value never does. None may vanish."""
    sizes = {line.split()[1]: size_and_align(line) for line in now if line.startswith("struct ")}
    for name, (size, align) in {line.split()[1]: size_and_align(line) for line in locked
                                if line.startswith("struct ")}.items():  # the last line of a struct counts
        now_size, now_align = sizes.get(name, (0, 0))
        grows = f"member {name}.struct_size at 0 size 4 uint32_t" in locked
        if now_size < size or now_align != align:
            raise Refused(f"a frozen struct shrank: {name} had {size} bytes and has {now_size}")
        if now_size > size and not grows:
            raise Refused(f"{name} has no struct_size, so it can never grow: make another struct")


def check_frozen(frozen, hashes, now):
    """Refuses what is not as the lock says; returns the lines that it does not know yet."""
    locked = [line for _, line in frozen]
    for minor in sorted({minor for minor, _ in frozen}):
        if digest([line for of, line in frozen if of == minor]) != hashes.get(minor):
            raise Refused(f"abi.lock: the lines of minor 1.{minor} are not those that were closed with it; "
                          "a minor that was released takes no more lines and loses none")
    check_growth(locked, now)
    missing = [line for line in locked if not line.startswith("struct ") and line not in set(now)]
    if missing:
        members = [line for line in locked if not line.startswith("struct ")]
        diff = "\n".join(difflib.unified_diff(members, [line for line in now if not line.startswith("struct ")],
                                              "abi.lock", "headers", lineterm="", n=1))
        raise Refused(f"a frozen member moved: append instead\n{diff}")
    return [line for line in now if line not in set(locked)]


def render(frozen, hashes, drafts):
    out = [HEAD]
    for minor in sorted({minor for minor, _ in frozen}):
        out.append(f"minor 1.{minor} sha256 {hashes[minor]}")
        out += [f"1.{minor} {line}" for of, line in frozen if of == minor] + [""]
    return "\n".join(out + ["# Kinds whose ids begin with tenon.draft: these lines may change.", "drafts", *drafts, ""])


def update(sdk, locked, added, drafts):
    frozen, hashes = locked
    minor = minor_of_headers(sdk)
    if added and minor in hashes:
        raise Refused(f"minor 1.{minor} is closed: raise TN_ABI_MINOR before adding\n  " + "\n  ".join(added))
    if added:
        frozen = frozen + [(minor, line) for line in added]
        hashes = hashes | {minor: digest(added)}
    (sdk / "abi.lock").write_text(render(frozen, hashes, drafts))


def main(clang, sdk, *options):
    sdk = pathlib.Path(sdk).resolve()
    lock = sdk / "abi.lock"
    frozen, hashes, drafts = parse(lock.read_text() if lock.exists() else "")
    now, drafts_now = describe(clang, sdk)
    added = check_frozen(frozen, hashes, now)
    if "--update" in options:
        update(sdk, (frozen, hashes), added, drafts_now)
        return
    if added:
        raise Refused("abi.lock does not say which minor brought these; see --update:\n  " + "\n  ".join(added))
    if drafts != drafts_now:
        diff = "\n".join(difflib.unified_diff(drafts, drafts_now, "abi.lock", "headers", lineterm="", n=0))
        raise Refused(f"a draft changed, which it may: give it another id and run with --update\n{diff}")
    print(f"abi.lock: {len(now)} frozen lines and {len(drafts)} of drafts are as they were")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Refused as refusal:
        sys.exit(str(refusal))
