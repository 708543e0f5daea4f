#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""-DTENON_SANITIZE builds a plugin and the kits with a sanitizer, and what only a sanitizer sees fails by name.

A new project in C under ASan and UBSan, and one in C++ under TSan, both by GCC; each also builds
tests/fixtures/plugins/unsound_partitioner.c, in which the kits alone find nothing. Takes the build directory.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build").resolve()
BINARY = os.environ.get("TENON_BINARY", str(BUILD / "bin/tenon"))
UNSOUND = pathlib.Path(__file__).resolve().parents[1] / "fixtures/plugins/unsound_partitioner.c"
COMPILERS = ["-DCMAKE_C_COMPILER=/usr/bin/gcc", "-DCMAKE_CXX_COMPILER=/usr/bin/g++"]
MORE = f"""
enable_language(C)
tenon_add_plugin(unsound KIND partitioner SOURCES {UNSOUND})
tenon_test_plugin(partitioner-unsound)
"""


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def demand(*command):
    code, out = run(*command)
    if code != 0:
        raise AssertionError(f"{command} gave {code}\n{out}")
    return out


class SanitizeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = pathlib.Path(tempfile.mkdtemp(prefix="tenon-sanitize-"))
        cls.prefix = cls.work / "prefix"
        demand("cmake", "--install", BUILD, "--component", "tenon-sdk", "--prefix", cls.prefix)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:  # compiling is most of the time
            asan = pool.submit(cls.make, "c", "address,undefined")
            tsan = pool.submit(cls.make, "cpp", "thread")
            cls.asan, cls.tsan = asan.result(), tsan.result()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.work)

    @classmethod
    def make(cls, language, sanitize):
        project = cls.work / language
        demand(BINARY, "plugin", "new", "partitioner", "acme", "--lang", language, "--directory", project)
        with (project / "CMakeLists.txt").open("a") as lists:
            lists.write(MORE)
        build = project / "build"
        demand("cmake", "-S", project, "-B", build, f"-DCMAKE_PREFIX_PATH={cls.prefix}", *COMPILERS,
               f"-DTENON_SANITIZE={sanitize}", "--no-warn-unused-cli")
        demand("cmake", "--build", build)
        return build

    def failures(self, build, fault):
        """The names of the properties that fail, and all that was printed."""
        code, out = run(build / "tenon_checker", build / "partitioner-unsound.so", "--option", f"fault={fault}")
        failed = re.findall(r"^  FAIL  (\w+)", out, re.M)
        self.assertEqual(code, 1 if failed else 0, out)
        return failed, out

    def test_new_projects_pass_and_the_same_properties_run(self):
        library = BUILD / "tests/fixtures/plugins/partitioner-unsound.so"
        report = json.loads(demand(BINARY, "plugin", "check", library, "--format", "json"))
        for build in (self.asan, self.tsan):
            out = demand("ctest", "--test-dir", build, "-V")
            self.assertIn("0 tests failed out of 2", out)
            ran = re.findall(r"^\d+:   (?:ok  |n/a )  (\w+)", out, re.M)
            self.assertEqual(ran, 2 * [one["property"] for one in report["properties"]])

    def test_the_kits_alone_see_nothing(self):
        library = BUILD / "tests/fixtures/plugins/partitioner-unsound.so"
        for fault in ("overflow", "race"):
            demand(BINARY, "plugin", "check", library, "--option", f"fault={fault}")

    def test_a_heap_overflow_by_one_fails_the_property_that_met_it(self):
        failed, out = self.failures(self.asan, "overflow")
        self.assertIn("keeps_keys_in_place", failed)
        self.assertNotIn("has_a_sound_table", failed)
        self.assertIn("heap-buffer-overflow", out)

    def test_a_data_race_fails_the_property_that_met_it(self):
        failed, out = self.failures(self.tsan, "race")
        self.assertEqual(failed, ["agrees_between_threads"], out)
        self.assertIn("data race", out)

    def test_without_the_runtime_the_way_is_shown(self):
        code, out = run(BINARY, "plugin", "check", self.asan / "partitioner-acme.so")
        self.assertEqual(code, 1)
        self.assertIn("it is built with -fsanitize=address,undefined, and this Tenon is not", out)
        self.assertIn("configure its project with -DTENON_SANITIZE=address,undefined and run ctest", out)


if __name__ == "__main__":
    unittest.main(verbosity=0)
