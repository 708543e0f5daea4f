#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What abi_lock.py refuses, and what it lets grow: each test changes a copy of the headers.

abi_lock_test.py CLANG SDK
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CLANG, SDK = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()


class AbiLock(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.sdk = pathlib.Path(self.folder.name)
        shutil.copytree(SDK / "include", self.sdk / "include")
        shutil.copy(SDK / "abi.lock", self.sdk)

    def change(self, header, old, new):
        path = self.sdk / ("abi.lock" if header == "abi.lock" else f"include/tenon/{header}")
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def check(self, *options):
        """What abi_lock.py complains of; nothing if it is content."""
        done = subprocess.run([sys.executable, SDK / "test/abi_lock.py", CLANG, self.sdk, *options],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode != 0, bool(done.stderr), done.stderr)
        return done.stderr

    def raise_minor(self):
        self.change("plugin.h", "#define TN_ABI_MINOR 1u", "#define TN_ABI_MINOR 2u")

    def append_to_host(self):
        self.change("plugin.h", "} tn_host;", "  void (*poke)(const struct tn_host* host);\n} tn_host;")

    def test_the_headers_are_as_the_lock_says(self):
        self.assertEqual(self.check(), "")

    def test_a_member_that_moved_is_refused_with_a_diff(self):
        self.change("plugin.h", "} tn_host;", "  void* last;\n} tn_host;")
        self.change("plugin.h", "  uint32_t reserved;\n  const char* version;",
                    "  uint32_t reserved;\n  void* first;\n  const char* version;")
        complaint = self.check()
        self.assertIn("a frozen member moved: append instead", complaint)
        self.assertIn("-member tn_host.version at 16", complaint)
        self.assertIn("+member tn_host.version at 24", complaint)

    def test_two_functions_that_change_places_are_refused(self):
        self.change("host.h", "(*wall_ms)", "(*other)")
        self.change("host.h", "(*monotonic_ns)", "(*wall_ms)")
        self.change("host.h", "(*other)", "(*monotonic_ns)")
        self.assertIn("a frozen member moved", self.check())

    def test_another_signature_or_constant_is_refused(self):
        self.change("codec.h", "int32_t level,", "int64_t level,")
        self.assertIn("a frozen member moved", self.check())
        self.setUp()
        self.change("plugin.h", "#define TN_E_LIMIT 11", "#define TN_E_LIMIT 12")
        self.assertIn("-constant TN_E_LIMIT = 11", self.check())

    def test_a_member_that_is_removed_is_refused(self):
        self.change("plugin.h", "  const char* license;", "  const char* licence;")
        self.assertIn("-member tn_descriptor.license", self.check())

    def test_a_new_member_needs_its_minor(self):
        self.append_to_host()
        self.assertIn("does not say which minor brought these", self.check())
        self.assertIn("minor 1.1 is closed: raise TN_ABI_MINOR", self.check("--update"))

    def test_a_new_member_is_appended_under_the_next_minor(self):
        self.append_to_host()
        self.raise_minor()
        self.assertEqual(self.check("--update"), "")
        lock = (self.sdk / "abi.lock").read_text()
        self.assertIn("\n1.2 member tn_host.poke at 48 size 8 void (*)(const struct tn_host *)\n", lock)
        self.assertIn("\n1.2 struct tn_host size 56 align 8\n", lock)
        self.assertIn("\n1.0 struct tn_host size 48 align 8\n", lock)
        self.assertEqual(self.check(), "")

    def test_a_value_never_grows(self):
        self.change("plugin.h", "} tn_bytes;", "  uint64_t hash;\n} tn_bytes;")
        self.raise_minor()
        self.assertIn("tn_bytes has no struct_size, so it can never grow", self.check("--update"))

    def test_a_line_without_its_minor_is_refused(self):
        self.change("abi.lock", "1.0 member tn_host.log", "member tn_host.log")
        self.assertIn("does not say which minor brought it", self.check())

    def test_a_closed_minor_takes_no_more_lines(self):
        self.append_to_host()
        self.change("abi.lock", "1.0 struct tn_module", "1.0 member tn_host.poke at 48 size 8 void (*)(const struct "
                    "tn_host *)\n1.0 struct tn_module")
        self.assertIn("the lines of minor 1.0 are not those that were closed with it", self.check())

    def test_a_draft_may_change_but_not_unseen(self):
        self.change("storage.h", "  int64_t truncated_bytes;", "  int64_t cut_bytes;")
        self.assertIn("a draft changed, which it may", self.check())
        self.assertEqual(self.check("--update"), "")
        self.assertEqual(self.check(), "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
