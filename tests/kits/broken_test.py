#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each property of the kits finds the fault that it is there for, and no other property does.

The plugins are tests/fixtures/plugins/broken_*.c; the table below names, for every property, faults that it
must find. `tenon plugin check` runs all properties on each of them. Takes the build directory.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build")
BINARY = os.environ.get("TENON_BINARY", str(BUILD / "bin/tenon"))
BROKEN = BUILD / "tests/fixtures/plugins"
SHIPPED = BUILD / "lib/tenon/plugins"
ASSIGNORS = pathlib.Path(__file__).resolve().parents[2] / "sdk/test/assignor_kit_test.cpp"
VECTORS = pathlib.Path(__file__).resolve().parents[1] / "fixtures/partitions_murmur2.txt"

# property: [(library, arguments, words of the message)]; a text alone is a fault of the option.
PARTITIONER = {
    "exports_only_the_datum": [("partitioner-broken-export", [], "more than the datum: an_extra_export")],
    "has_no_unique_symbols": [("partitioner-broken-unique", [], "a_unique_symbol")],
    "opens_quietly": [("partitioner-broken-opening", [], "writes to the terminal: opened")],
    "has_a_sound_datum": [("partitioner-broken-datum", [], "not a tn_module")],
    "has_sound_descriptors": [("partitioner-broken-default", [], "option mode: its default 101 is out of")],
    "has_a_note_that_agrees": [("partitioner-broken-note", [], "1.0.1")],
    "takes_its_defaults": [("partitioner-broken-defaults", ["--option", "mode=1"], "mode must not be 0")],
    "takes_options_at_their_edges": [("panics", "mode = 100 gives code 9: a bug at mode 100")],
    "fails_without_residue": [("residue_memory", "leaves memory allocated"), ("residue_files", "leaves files open"),
                              ("residue_mappings", "leaves memory mapped")],
    "explains_failures": [("silent", "a text of 64 KiB with code 2 and no text")],
    "knows_no_unknown_interface": [("partitioner-broken-interface", [], 'answers "tenon.partitioner/2"')],
    "copes_without_extensions": [("needs_clock", "tenon.clock/1, create must answer TN_E_UNSUPPORTED")],
    "works_under_an_old_host": [("reads_beyond_host", "was killed by SIGSEGV")],
    "works_under_a_new_host": [("exact_host", "another host is expected")],
    "survives_no_memory": [("unchecked_malloc", "was killed by SIGSEGV")],
    "starts_no_thread": [("thread", "create starts a thread")],
    "writes_nothing": [("prints", "hello")],
    "leaves_the_process_alone": [("umask", "the umask"), ("environment", "the environment"),
                                 ("directory", "the working directory"), ("locale", "the locale"),
                                 ("signal", "the handler of signal 10")],
    "runs_nothing_at_exit": [
        ("atexit", "it called atexit or on_exit"), ("on_exit", "it called atexit or on_exit")],
    "registers_nothing_on_opening": [
        ("partitioner-broken-atexit", [], "code of it runs when the process ends"),
        ("partitioner-broken-static", [], "a static object with a destructor"),
        ("partitioner-broken-destructor", [], "it has a destructor function")],
    "leaves_nothing_behind": [("leaks_memory", "memory allocated"), ("leaks_files", "files open"),
                              ("leaks_mappings", "memory mapped")],
    # The thread of late_call speaks to a host that other properties have ended by then.
    "calls_the_host_while_alive": [
        ("late_job", "had not begun when destroy had returned"), ("job_of_failed", "not begun when create had failed"),
        ("partitioner-broken", ["--option", "fault=late_call", "--only", "calls_the_host_while_alive"],
         "it called log of the host when destroy had returned")],
    "serves_every_thread": [("destroys_at_home", "was killed by SIGABRT"),
                            ("one_batch_at_a_time", "partition_batch answers otherwise on several threads")],
    "has_a_sound_table": [("partitioner-broken-table", [], "flags that a host must know")],
    "stays_in_range": [("range", "out of range for a topic of 12345 partitions")],
    "keeps_keys_in_place": [("epoch", "though the number of partitions stayed")],
    "agrees_between_instances": [("instance", "two instances")],
    "agrees_between_threads": [("thread_id", "depends on the instance or thread")],
    "agrees_between_processes": [("process", "another process")],
    "spreads_keys_evenly": [("uneven", "keys are spread unevenly")],
    "reads_no_further_than_the_key": [("reads_beyond_key", "was killed by SIGSEGV")],
    "reads_what_it_declares": [("reads_value", "was killed by SIGSEGV")],
    "copes_with_null_values": [("partitioner-broken-headers", [], "was killed by SIGSEGV")],
    "answers_at_once": [("sleeps", "one call in a hundred takes")],
    "allocates_nothing": [("allocates", "allocates memory")],
    "answers_batches_alike": [("last_of_batch", "is answered otherwise than one by one")],
    "matches_vectors": [("partitioner-broken", ["--vectors", str(VECTORS)], "another partition than")],
}
STATEFUL = {
    "uses_available_partitions": [("ignores_leaders", "which has no leader")],
    "reaches_every_partition": [("every_other", "never uses partition 1 of 2")],
    "works_without_a_state": [("needs_state", "was killed by SIGSEGV")],
}
CODEC = {
    "serves_every_thread": [("frees_at_home", "was killed by SIGABRT")],
    "has_a_sound_table": [("codec-broken-table", [], "its wire id 5 is none")],
    "gives_back_what_it_took": [("one_size", "other bytes at size 65537")],
    "gives_back_64_mib": [("large", "64 MiB: decompress gives other bytes")],
    "works_at_its_levels": [("top_level", "at level 9")],
    "joins_pieces_to_one_stream": [("drops_a_piece", "do not make one stream")],
    "keeps_its_bound": [("bound", "bound() is too low")],
    "never_passes_the_cap": [("overrun", "decompress wrote past"), ("compress_overrun", "compress wrote past")],
    "reads_no_further_than_its_input": [("reads_beyond", "was killed by SIGSEGV")],
    "sees_that_a_stream_was_cut": [("accepts_cut", "is not TN_E_CORRUPT")],
    "survives_damaged_bytes": [("damage", "damaged bytes give code 3")],
    "survives_noise": [("noise", "for noise of seed")],
    "stops_a_bomb_at_the_cap": [("bomb_memory", "MiB of memory"), ("bomb_time", "over 2 seconds"),
                                ("bomb_code", "is not TN_E_LIMIT")],
    "reads_streams_joined_together": [("first_stream_only", "joined together are not read")],
    "works_without_a_context": [("needs_context", "needs a context")],
    "keeps_contexts_apart": [("shared_context", "disturb each other")],
    "recovers_from_errors": [("stays_failed", "does not work as before")],
    "estimates_sizes_low": [("high_estimate", "content_size says more")],
    "reads_streams_of_others": [("no_header_fields", "every header field")],
    "writes_the_format_of_kafka": [("zlib_format", "does not begin as Kafka's clients expect")],
    "is_read_by_others": [("own_format", "zlib: unknown header flags set")],
    "explains_errors": [("silent", "and no text")],
}
# Assignors are held against every property in ASSIGNORS; here, that the command fails by the same names.
FAULTY_ASSIGNORS = {
    "none": [],
    "trespasses": [("respects_subscriptions", "who does not subscribe to it")],
    "deaf": [("stops_when_told", "did not answer TN_E_AGAIN")],
    "crashing": [("respects_subscriptions", "was killed by SIGABRT"), ("stops_when_told", "was killed by SIGABRT")],
}
ASSIGNOR_PROPERTIES = ["--only", "respects_subscriptions", "--only", "stops_when_told"]
TABLES = [("partitioner-broken", PARTITIONER), ("partitioner-broken-state", STATEFUL), ("codec-broken", CODEC)]


def check(library, *arguments):
    path = pathlib.Path(library)
    if not path.is_absolute():
        path = (BROKEN / f"{library}.so").resolve()
    done = subprocess.run([BINARY, "plugin", "check", str(path), "--seed", "1", "--format", "json", *arguments],
                          capture_output=True, text=True, timeout=120)
    report = json.loads(done.stdout) if done.stdout.startswith("{") else None
    return done.returncode, report, done.stderr


def cases():
    for library, table in TABLES:
        for name, faults in table.items():
            for fault in faults:
                if len(fault) == 2:
                    yield name, library, ["--option", f"fault={fault[0]}"], fault[1]
                else:
                    yield name, *fault


class BrokenTest(unittest.TestCase):
    def test_each_fault_is_found_by_its_property_alone(self):
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            runs = [(case, pool.submit(check, case[1], *case[2])) for case in cases()]
            for (name, library, arguments, words), run in runs:
                with self.subTest(property=name, library=library, arguments=arguments):
                    code, report, err = run.result()
                    self.assertIsNotNone(report, err)
                    failed = {p["property"]: p["message"] for p in report["properties"] if p["result"] == "fails"}
                    self.assertEqual(list(failed), [name], failed)
                    self.assertIn(words, failed[name])
                    self.assertEqual(code, 1)

    def test_a_faulty_assignor_fails_by_the_name_of_what_it_breaks(self):
        for fault, expected in FAULTY_ASSIGNORS.items():
            code, report, err = check("assignor-faulty", "--name", "faulty", "--option", f"fault={fault}",
                                      *ASSIGNOR_PROPERTIES)
            self.assertIsNotNone(report, err)
            failed = {p["property"]: p["message"] for p in report["properties"] if p["result"] == "fails"}
            self.assertEqual((code, list(failed)), (1 if expected else 0, [name for name, _ in expected]), fault)
            for name, words in expected:
                self.assertIn(words, failed[name])

    def test_every_property_has_a_fault(self):
        listed = subprocess.run([BINARY, "plugin", "check", "--list"], capture_output=True, text=True, check=True)
        names = {line.split()[0] for line in listed.stdout.splitlines()[1:]}
        covered = {name for _, table in TABLES for name in table}
        # The properties of assignors have their faults in a test of their own.
        covered |= set(re.findall(r'found\("(\w+)"', ASSIGNORS.read_text()))
        self.assertEqual(names - covered, set())
        self.assertEqual({name for _, table in TABLES for name in table} - names, set())

    def test_without_a_fault_every_property_holds(self):
        for library in ("partitioner-broken", "partitioner-broken-state", "codec-broken"):
            code, report, _ = check(library)
            failed = {p["property"]: p["message"] for p in report["properties"] if p["result"] == "fails"}
            self.assertEqual((code, failed), (0, {}), library)

    def test_what_is_shipped_holds(self):
        for path in sorted(SHIPPED.glob("*.so")):
            code, report, _ = check(path.resolve())
            failed = {p["property"]: p["message"] for p in report["properties"] if p["result"] == "fails"}
            self.assertEqual((code, failed), (0, {}), path.name)


if __name__ == "__main__":
    unittest.main(verbosity=0)
