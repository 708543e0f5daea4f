#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the headers of an SDK of the next minor, as it might be: every struct that may grow has one member more.

make_next_sdk.py INCLUDE_DIR OUTPUT_DIR

tn_host gains a function, next_answer, and tn_partitioner gains next_partition; all others gain a pointer.
"""
import pathlib
import re
import sys

GAINS = {
    "tn_host": "int32_t (*next_answer)(const struct tn_host* host);",
    "tn_partitioner": "int32_t (*next_partition)(void* self);",
}
SIZED = re.compile(r"typedef struct (tn_\w+) \{\n  uint32_t struct_size;.*?\n\} \1;", re.S)


def grown(match):
    name = match[1]
    return match[0].removesuffix(f"}} {name};") + f"  {GAINS.get(name, 'const void* next_member;')}\n}} {name};"


def main(include, output):
    output = pathlib.Path(output, "tenon")
    output.mkdir(parents=True, exist_ok=True)
    structs = 0
    for header in sorted(pathlib.Path(include, "tenon").glob("*.h*")):
        text = header.read_text()
        if header.suffix == ".h":
            text, n = SIZED.subn(grown, text)
            structs += n
        text = text.replace("#define TN_ABI_MINOR 1u", "#define TN_ABI_MINOR 2u\n#define TN_NEXT_SDK")
        path = output / header.name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
    if structs < 20:
        sys.exit(f"{include}: found only {structs} structs that may grow")


if __name__ == "__main__":
    main(*sys.argv[1:])
