#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`tenon plugin check`, `lint`, `vectors` and `bench` on plugins that are shipped and on fixtures. Takes the build
directory."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build").resolve()
BINARY = os.environ.get("TENON_BINARY", str(BUILD / "bin/tenon"))
FIXTURES = BUILD / "tests/fixtures/plugins"
SHIPPED = BUILD / "lib/tenon/plugins"
VECTORS = pathlib.Path(__file__).resolve().parents[1] / "fixtures/partitions_murmur2.txt"
DONE, FAILED, USAGE, NOT_FOUND = 0, 1, 2, 3


def tenon(*arguments, expect=DONE, given=None):
    done = subprocess.run([BINARY, "plugin", *map(str, arguments)], capture_output=True, text=True, input=given,
                          timeout=60)
    if done.returncode != expect:
        raise AssertionError(f"{arguments} gave {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout if expect in (DONE, FAILED) and done.stdout else done.stderr


class CheckTest(unittest.TestCase):
    def test_one_property_alone(self):
        out = tenon("check", SHIPPED / "partitioner-hash.so", "--only", "stays_in_range", "--seed", 7)
        self.assertIn("seed 7", out)
        self.assertIn("1 properties: 1 hold, 0 fail, 0 do not apply", out)

    def test_a_property_is_left_out(self):
        broken = FIXTURES / "partitioner-broken.so"
        tenon("check", broken, "--option", "fault=uneven", expect=FAILED)
        tenon("check", broken, "--option", "fault=uneven", "--skip", "spreads_keys_evenly")

    def test_a_crash_is_named_and_can_be_seen_again(self):
        out = tenon("check", FIXTURES / "partitioner-broken.so", "--option", "fault=reads_beyond_key", "--seed", 1,
                    expect=FAILED)
        self.assertIn("the process was killed by SIGSEGV (Segmentation fault)", out)
        self.assertIn("--only reads_no_further_than_the_key --seed 1 --in-process", out)
        tenon("check", FIXTURES / "partitioner-broken.so", "--option", "fault=reads_beyond_key",
              "--only", "reads_no_further_than_the_key", "--in-process", expect=-11)

    def test_in_process_everything_holds_as_well(self):
        for name in ("partitioner-sticky.so", "codec-snappy.so", "storage-memory.so"):
            tenon("check", SHIPPED / name, "--in-process")

    def test_options_come_from_a_configuration(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
            config.write('[partitioner.broken]\nfault = "range"\nmode = 3\n')
            config.flush()
            out = tenon("check", FIXTURES / "partitioner-broken.so", "--config", config.name, expect=FAILED)
            self.assertIn("FAIL  stays_in_range", out)
            tenon("check", FIXTURES / "partitioner-broken.so", "--config", config.name, "--option", "fault=none")
            out = tenon("check", SHIPPED / "codec-gzip.so", "--config", config.name, expect=USAGE)
            self.assertIn("storage.default", out)  # what a broker would say of the file
            config.write('[codec.snappy]\n[storage.segment]\n')
            config.flush()
            out = tenon("check", SHIPPED / "codec-gzip.so", "--config", config.name, expect=USAGE)
            self.assertIn("has no table [codec.gzip]", out)

    def test_junit_is_xml_with_a_case_for_each_property(self):
        out = tenon("check", FIXTURES / "codec-broken.so", "--option", "fault=bound", "--format", "junit", expect=FAILED)
        suite, = xml.etree.ElementTree.fromstring(out.split("?>", 1)[1]).findall("testsuite")
        self.assertEqual(suite.get("failures"), "1")
        cases = suite.findall("testcase")
        self.assertEqual(suite.get("tests"), str(len(cases)))
        failed, = [case for case in cases if case.find("failure") is not None]
        self.assertEqual((failed.get("classname"), failed.get("name")), ("codec broken", "keeps_its_bound"))

    def test_a_library_that_cannot_be_opened_fails_with_the_loaders_words(self):
        out = tenon("check", FIXTURES / "partitioner-unresolved.so", expect=FAILED)
        self.assertIn("undefined symbol: a_function_that_nobody_has", out)
        self.assertIn("Its plugins were not examined", out)

    def test_mistakes_are_explained(self):
        gzip = SHIPPED / "codec-gzip.so"
        self.assertIn('did you mean "level"?', tenon("check", gzip, "--option", "levl=1", expect=USAGE))
        self.assertIn("is not key=value", tenon("check", gzip, "--option", "level", expect=USAGE))
        self.assertIn('did you mean "survives_noise"?', tenon("check", gzip, "--only", "survives_nose", expect=USAGE))
        self.assertIn('did you mean "gzip"?', tenon("check", gzip, "--name", "gzp", expect=USAGE))
        self.assertIn('did you mean "codec-gzip.so"?', tenon("check", SHIPPED / "codec-gzp.so", expect=NOT_FOUND))


class LintTest(unittest.TestCase):
    def rules(self, name, expect):
        found = json.loads(tenon("lint", FIXTURES / name, "--format", "json", expect=expect))
        return {finding["rule"] for finding in found if finding["severity"] != "info"}

    def test_what_is_shipped_has_no_error(self):
        for path in sorted(SHIPPED.glob("*.so")):
            tenon("lint", path)

    def test_each_rule_finds_what_it_is_there_for(self):
        for name, rules in {"partitioner-broken-export.so": {"exports", "ending"},
                            "partitioner-broken-unique.so": {"unique", "ending"},
                            "partitioner-broken-destructor.so": {"ending"},
                            "partitioner-unresolved.so": {"symbols"}, "partitioner-no-note.so": {"note"},
                            "partitioner-no-datum.so": {"exports", "note"},
                            "partitioner-broken-linking.so": {"stack", "run-path", "ending"}}.items():
            with self.subTest(name):
                self.assertEqual(self.rules(name, DONE if rules == {"needed"} else FAILED), rules)

    def test_a_shared_library_is_a_warning(self):
        self.assertEqual(self.rules("codec-broken.so", DONE), {"needed"})

    def test_a_way_to_run_at_the_end_is_a_warning(self):
        self.assertEqual(self.rules("partitioner-broken-static.so", DONE), {"ending"})

    def test_it_does_not_run_the_library(self):
        tenon("lint", FIXTURES / "partitioner-wrong-datum.so", expect=FAILED)  # opening it would end the process

    def test_what_is_no_library_is_refused(self):
        self.assertIn("is not an ELF file", tenon("lint", __file__, expect=FAILED))


class VectorsTest(unittest.TestCase):
    def test_they_are_what_check_compares_with(self):
        out = tenon("vectors", SHIPPED / "partitioner-hash.so")
        self.assertTrue(out.startswith("# Computed by partitioner hash "))
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(out)
            file.flush()
            tenon("check", SHIPPED / "partitioner-hash.so", "--vectors", file.name, "--only", "matches_vectors")
            tenon("check", SHIPPED / "partitioner-crc32.so", "--vectors", file.name, "--only", "matches_vectors",
                  expect=FAILED)

    def test_they_are_those_of_other_clients(self):
        known = {tuple(line.split()[:2]): line.split()[2] for line in VECTORS.read_text().splitlines()
                 if not line.startswith("#")}
        lines = [line.split() for line in tenon("vectors", SHIPPED / "partitioner-hash.so").splitlines()[2:]]
        shared = [(key, n, partition) for key, n, partition in lines if (key, n) in known]
        self.assertGreater(len(shared), 300)
        for key, n, partition in shared:
            self.assertEqual(known[key, n], partition)

    def test_keys_and_counts_may_be_given(self):
        out = tenon("vectors", SHIPPED / "partitioner-hash.so", "-n", "3,7", "--keys", "-", given="foobar\n21\n")
        self.assertEqual([line.split()[:2] for line in out.splitlines()[2:]],
                         [["666f6f626172", "3"], ["666f6f626172", "7"], ["3231", "3"], ["3231", "7"]])

    def test_what_has_none_is_refused(self):
        self.assertIn("so it has no vectors", tenon("vectors", SHIPPED / "partitioner-sticky.so", expect=USAGE))
        self.assertIn("but no partitioner", tenon("vectors", SHIPPED / "codec-gzip.so", expect=USAGE))


class BenchTest(unittest.TestCase):
    def test_a_partitioner_is_compared_with_murmur2(self):
        bench = json.loads(tenon("bench", SHIPPED / "partitioner-hash.so", "--format", "json"))
        figures = {one["what"]: one for one in bench["measurements"]}
        self.assertGreater(figures["one call, timed alone"]["p99"]["value"], 0)
        self.assertGreater(figures["4096 calls in a row"]["murmur2"]["value"], 0.5)

    def test_a_codec_is_measured_at_its_levels(self):
        out = tenon("bench", SHIPPED / "codec-snappy.so")
        self.assertIn("text, its own level", out)
        bench = json.loads(tenon("bench", SHIPPED / "codec-gzip.so", "--format", "json"))
        text = {one["what"]: one["ratio"]["value"] for one in bench["measurements"]}
        self.assertGreater(text["text, level 9"], 2)
        self.assertAlmostEqual(text["noise, level 9"], 1, 1)

    def test_other_kinds_are_refused(self):
        self.assertIn("not a storage memory", tenon("bench", SHIPPED / "storage-memory.so", expect=USAGE))


if __name__ == "__main__":
    unittest.main(verbosity=0)
