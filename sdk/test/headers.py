#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles every public header of the SDK by itself, in every language and by every compiler that it promises.

headers.py INCLUDE_DIR COMPILER...    a COMPILER whose name holds "++" compiles C++, the others C

C headers are C11 and C17, and C++17, C++20 and C++23; C++ headers the latter three. Strictly: -pedantic
-Wall -Wextra -Werror. Each header is included twice, and a C unit also makes a module of each kind of macro.
Every function pointer of the C headers has a comment before it that begins with its [thread & state].
"""
import concurrent.futures
import itertools
import os
import pathlib
import re
import subprocess
import sys

STRICT = ["-fsyntax-only", "-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-Wold-style-declaration"]
C_STANDARDS = ["c11", "c17"]
CXX_STANDARDS = ["c++17", "c++20", "c++2b"]

MODULE = """
#include <tenon/module.h>
#include <tenon/partitioner.h>
static tn_code create(const tn_host* host, const tn_config* config, void** self, tn_error* error) {
  (void)host; (void)config; (void)error;
  *self = NULL;
  return TN_OK;
}
static const void* get_interface(const char* id) { (void)id; return NULL; }
static void destroy(void* self) { (void)self; }
TN_MODULE(partitioner, "geo", "1.2.0", .about = "By region.", .create = create,
          .get_interface = get_interface, .destroy = destroy);
"""


def units(include):
    """(name, is it C++ only, text)"""
    for header in sorted(include.glob("tenon/*.h*")):
        line = f"#include <tenon/{header.name}>\n"
        yield header.name, header.suffix == ".hpp", line + line + "typedef int tn_not_empty;\n"
    everything = "".join(f"#include <tenon/{h.name}>\n" for h in sorted(include.glob("tenon/*.h")))
    yield "all C headers", False, everything


def compile_one(include, compiler, standard, name, text):
    language = "c++" if "++" in standard else "c"
    strict = [flag for flag in STRICT if flag != "-Wold-style-declaration"
              or (language == "c" and "clang" not in compiler)]
    command = [compiler, "-x", language, f"-std={standard}", *strict, f"-I{include}", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    where = f"{name} as {standard} by {os.path.basename(compiler)}"
    return where, done.stderr if done.returncode else ""


def jobs(include, compilers):
    for compiler, (name, cxx_only, text) in itertools.product(compilers, units(include)):
        is_cxx = "++" in os.path.basename(compiler)
        if cxx_only and not is_cxx:
            continue
        for standard in CXX_STANDARDS if is_cxx else C_STANDARDS:
            yield include, compiler, standard, name, text
    for compiler, standard in itertools.product(compilers, C_STANDARDS):
        if "++" not in os.path.basename(compiler):
            yield include, compiler, standard, "a module in C", MODULE


def untagged(text):
    """The function pointers of a C header that no comment with [thread & state] stands before."""
    # A member or a typedef; what a function takes as an argument stands behind a parenthesis.
    pointers = re.finditer(r"^(?P<comment>[^\n]*\*/\n)?[ \w*]*?\(\*(?P<name>\w+)\)\(", text, re.M)
    for pointer in pointers:
        begin = text.rfind("/*", 0, pointer.start("name")) if pointer["comment"] else -1
        if begin < 0 or not re.match(r"/\* \[[^]&]+ & [^]&]+\]", text[begin:]):
            yield pointer["name"]


def main(include, *compilers):
    include = pathlib.Path(include).resolve()
    bare = [f"{header.name}: {name}" for header in sorted(include.glob("tenon/*.h"))
            for name in untagged(header.read_text())]
    if bare:
        print("no [thread & state] before", ", ".join(bare))
    listed = list(jobs(include, compilers))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda job: compile_one(*job), listed))
    wrong = [(where, text) for where, text in results if text]
    for where, text in wrong:
        print(f"{where}:\n{text}")
    print(f"headers: {len(results)} compilations by {len(compilers)} compilers, {len(wrong)} failed")
    return 1 if bare or wrong or not results else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
