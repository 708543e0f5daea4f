#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A C application in every way in which applications use librdkafka, against librdkafka's mock cluster."""
import ctypes.util
import pathlib
import platform
import shutil
import subprocess
import tempfile
import zlib

from bridge_case import BRIDGE, BUILD, FIXTURES, MUSEUM, PLUGINS, BridgeCase, by_murmur2, main

FIXED = FIXTURES / "partitioner-fixed.so"


class Patterns(BridgeCase):
    def test_topics_by_name(self):
        self.assert_by_murmur2(self.run_with("hash"))

    def test_a_topic_handle_without_a_configuration(self):
        self.assert_by_murmur2(self.run_with("hash", "--null-conf"))

    def test_produce_batch(self):
        self.assert_by_murmur2(self.run_with("hash", "--batch"))

    def test_a_path_instead_of_a_name(self):
        self.assert_by_murmur2(self.run_with(PLUGINS / "partitioner-hash.so"))

    def test_a_plugin_of_the_first_sdk(self):
        plugin, machine = MUSEUM / "partitioner-by-length.so", platform.machine()
        said = self.run_app(f"plugin.library.paths={BRIDGE}", f"tenon.partitioner.plugin={plugin}",
                            "tenon.partitioner.config=factor=3")
        if machine != "x86_64":
            self.assertIn(f"it is built for x86_64, this machine is {machine}", said.out)
            return
        self.assertEqual((said.code, said.failures), (0, []), said.log)
        self.assertEqual(len(said.records), 400)
        for partition, key in said.records:
            self.assertEqual(int(partition), len(key) * 3 % 4, key)

    def test_many_partitions_of_many_topics_from_eight_threads(self):
        said = self.run_with("hash", "--threads", "8", "--topics", "5", "--partitions", "100", "--count", "4000")
        self.assert_by_murmur2(said, 4000, 100)

    def test_a_default_topic_configuration_that_is_set_last(self):
        self.assert_by_murmur2(self.run_with("hash", "--late-default"))

    def test_a_duplicated_configuration_keeps_plugin_and_options(self):
        said = self.run_with(FIXED, "tenon.partitioner.config=answer=2", "--dup")
        self.assertEqual(said.counts, {2: 400})
        self.assertEqual(len(said.ours(6)), 1, said.log)

    def test_the_callback_wins_over_the_property_partitioner(self):
        self.assert_by_murmur2(self.run_with("hash", "partitioner=fnv1a_random"))

    def test_a_partition_that_the_application_names_stays(self):
        self.assertEqual(self.run_with("hash", "--fixed", "3").counts, {3: 400})

    def test_clients_that_come_and_go(self):
        self.assert_by_murmur2(self.run_with("hash", "--rounds", "5", "--threads", "4"), 2000)

    def test_records_that_are_sent_while_the_process_ends(self):
        said = self.run_with("hash", "--at-exit")
        self.assert_by_murmur2(said, 401)


class OwnTopicConfiguration(BridgeCase):
    def test_the_plugin_is_bypassed_and_a_warning_says_so_and_what_to_do(self):
        said = self.run_with("hash", "--own-conf")
        self.assertEqual(len(said.ours(4)), 1, said.log)
        self.assertEqual(said.ours(4)[0],
                         "records of topic topic-0 were delivered, but librdkafka never asked the partitioner "
                         "for them: the application gives the topic a configuration of its own. Start it with "
                         f"LD_PRELOAD={BRIDGE}")

    def test_preloaded_the_plugin_is_asked_and_the_applications_opaque_is_kept(self):
        said = self.run_with("hash", "--own-conf", preload=True)
        self.assert_by_murmur2(said)
        self.assertIn("opaque kept", said.lines)
        self.assertEqual(said.ours(4), [])

    def test_preloaded_without_the_property_nothing_changes(self):
        said = self.run_app("--own-conf", preload=True)
        self.assertEqual(len(said.records), 400)
        for partition, key in said.records:
            self.assertEqual(int(partition), zlib.crc32(key.encode()) % 4, "librdkafka's default")
        self.assertEqual(said.ours(), [])

    def test_no_warning_when_the_application_names_the_partitions(self):
        self.assertEqual(self.run_with("hash", "--own-conf", "--fixed", "1").ours(4), [])

    def test_no_warning_for_keyless_records_that_the_plugin_does_not_want(self):
        self.assertEqual(self.run_with("hash", "--keyless").ours(4), [])


class Keyless(BridgeCase):
    def test_a_plugin_that_wants_them_is_asked(self):
        self.assert_even(self.run_with("round-robin", "--keyless", "--warm"))

    def test_a_plugin_that_does_not_leaves_them_to_librdkafka(self):
        # Its sticky choice: one partition for a while, not one after the other.
        said = self.run_with("hash", "--keyless", "sticky.partitioning.linger.ms=900000", "--warm")
        self.assertEqual(max(said.counts.values()), 400)

    def test_an_empty_key_is_a_key(self):
        said = self.run_with("hash", "--empty-key")
        self.assert_by_murmur2(said)
        self.assertEqual(len(said.counts), 1)

    def test_a_sticky_plugin_moves_on_when_a_batch_is_full(self):
        # 20000 records of 5 bytes are six batches of 16 KiB.
        said = self.run_with("sticky", "--keyless", "--warm", "--count", "20000", "--partitions", "12")
        self.assertEqual(sum(said.counts.values()), 20000)
        self.assertGreaterEqual(len(said.counts), 3)
        for count in said.counts.values():
            self.assertGreaterEqual(count, 20000 % 3277)


class Answers(BridgeCase):
    def test_no_partition_at_all_becomes_a_random_one_said_once_and_counted(self):
        for answer in (4, -7, 1000):
            said = self.run_with(FIXED, f"tenon.partitioner.config=answer={answer}", "--warm", "--threads", "8")
            self.assertEqual(sum(said.counts.values()), 400)
            self.assertEqual(len(said.counts), 4, "all partitions take part")
            self.assertEqual(said.ours(4), [
                f"partitioner fixed answered {answer} for a topic of 4 partitions: such records go to a random "
                "partition that has a leader. Said once; ask the plugin's author",
                "the partitioner answered 400 times with what is no partition"])

    def test_any_partition_is_a_sticky_choice_of_ours(self):
        said = self.run_with(FIXED, "tenon.partitioner.config=answer=-1", "--warm")
        self.assertEqual(sum(said.counts.values()), 400)
        self.assertEqual(len(said.counts), 1)
        self.assertEqual(said.ours(4), [])

    def test_a_partition_without_a_leader_is_avoided(self):
        said = self.run_with("round-robin", "--warm", "--dead", "2", "--count", "600")
        self.assertEqual(said.failures, [])
        self.assertEqual(sorted(said.counts), [0, 1, 3])

    def test_a_clamped_answer_avoids_it_too(self):
        said = self.run_with(FIXED, "tenon.partitioner.config=answer=99", "--warm", "--dead", "2", "--count", "200")
        self.assertEqual(sorted(said.counts), [0, 1, 3])


class Topics(BridgeCase):
    def test_only_the_named_topics_are_the_plugins(self):
        said = self.run_with(FIXED, "tenon.partitioner.config=answer=3", "tenon.partitioner.topics=topic-1",
                             "partitioner=murmur2", "--topics", "2")
        self.assertEqual(len(said.records), 400)
        for partition, key in said.records:
            of_plugin = int(key.split("-")[1]) % 2 == 1
            expected = 3 if of_plugin else by_murmur2(key)
            self.assertEqual(int(partition), expected, key)

    def test_preloaded_other_topics_keep_their_configuration(self):
        said = self.run_with(FIXED, "tenon.partitioner.config=answer=3", "tenon.partitioner.topics=topic-0",
                             "--topics", "2", "--own-conf", preload=True)
        own = [int(partition) for partition, key in said.records if int(key.split("-")[1]) % 2 == 0]
        self.assertEqual(set(own), {3})
        other = {int(partition) for partition, key in said.records if int(key.split("-")[1]) % 2 == 1}
        self.assertEqual(other, {0, 1, 2, 3})


class Line(BridgeCase):
    def test_one_line_says_what_is_active(self):
        said = self.run_with(FIXED, "tenon.partitioner.config=answer=1")
        self.assertEqual(said.ours(), [f'partitions are chosen by partitioner fixed 1.2.3 ({FIXED}) with answer="1"'])

    def test_it_obeys_log_level(self):
        self.assertEqual(self.run_with("hash", "log_level=5").ours(), [])

    def test_without_a_plugin_the_bridge_says_that_it_does_nothing(self):
        said = self.run_app(f"plugin.library.paths={BRIDGE}", "partitioner=murmur2")
        self.assert_by_murmur2(said)
        self.assertEqual(said.ours(), ["the bridge is loaded, but tenon.partitioner.plugin is not set: it does "
                                       "nothing"])


class Environment(BridgeCase):
    def test_variables_stand_in_for_properties(self):
        said = self.run_app(f"plugin.library.paths={BRIDGE}", TENON_PARTITIONER_PLUGIN=str(FIXED),
                            TENON_PARTITIONER_CONFIG="answer=1")
        self.assertEqual(said.counts, {1: 400})

    def test_a_property_goes_before_a_variable(self):
        said = self.run_with("hash", TENON_PARTITIONER_PLUGIN=str(FIXED))
        self.assert_by_murmur2(said)


class Wheel(BridgeCase):
    """As in a Python wheel: librdkafka has another name, and whoever uses it is loaded with RTLD_LOCAL."""

    def test_the_renamed_librdkafka_is_used_and_no_second_one_mapped(self):
        library = next(path for line in subprocess.run(["ldd", BUILD / "tests/bridge_app"], text=True, check=True,
                                                       capture_output=True).stdout.splitlines()
                       for path in line.split() if path.startswith("/") and "librdkafka" in path)
        with tempfile.TemporaryDirectory() as folder:
            name = "librdkafka-1a2b3c.so.1"
            shutil.copy(library, pathlib.Path(folder) / name)
            extension = pathlib.Path(folder) / "extension.so"
            # The name that the extension asks for is of the same length, so it can be written over.
            content = (BUILD / "tests/bridge_extension.so").read_bytes()
            self.assertIn(b"\0librdkafka.so.1\0", content)
            shutil.copy(pathlib.Path(folder) / name, pathlib.Path(folder) / "librdkafkb.so.1")
            extension.write_bytes(content.replace(b"\0librdkafka.so.1\0", b"\0librdkafkb.so.1\0"))
            host = pathlib.Path(folder) / "host.py"
            host.write_text(
                "import ctypes, sys\n"
                "arguments = [a.encode() for a in sys.argv[1:]]\n"
                "extension = ctypes.CDLL(arguments[0].decode(), mode=2)\n"
                "argv = (ctypes.c_char_p * (len(arguments) + 1))(*arguments)\n"
                "sys.exit(extension.run_app(len(arguments), argv))\n")
            for preload in (False, True):
                own = ["--own-conf"] if preload else []
                said = self.run_with("hash", *own, preload=preload, LD_LIBRARY_PATH=folder,
                                     app=("/usr/bin/python3", str(host), str(extension)))
                self.assert_by_murmur2(said)
                maps = [line for line in said.lines if line.startswith("maps")]
                self.assertEqual(maps, ["maps 0"], "only the renamed one")


if __name__ == "__main__":
    main()
