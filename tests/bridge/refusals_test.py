#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the bridge refuses, when, and in which words."""
import os
import pathlib
import platform
import shutil
import struct
import tempfile

from bridge_case import BRIDGE, FIXTURES, PLUGINS, BridgeCase, main

FIXED = FIXTURES / "partitioner-fixed.so"
E_MACHINE_AT = 18  # of an ELF header
MACHINES = {"x86_64": 62, "aarch64": 183, "riscv64": 243}


class Refusals(BridgeCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def refusal(self, *properties, **more):
        """What setting the last of these properties fails with."""
        said = self.run_app(f"plugin.library.paths={BRIDGE}", *properties, **more)
        self.assertEqual(said.code, 2, said.out + said.log)
        self.assertTrue(said.out.startswith("refused: "), said.out)
        return said.out.removeprefix("refused: ").rstrip("\n")

    def config_refusal(self, config, plugin=FIXED):
        refusal = self.refusal(f"tenon.partitioner.plugin={plugin}", f"tenon.partitioner.config={config}")
        self.assertTrue(refusal.startswith("tenon.partitioner.config: "), refusal)
        return refusal.removeprefix("tenon.partitioner.config: ")

    def plugin_refusal(self, path):
        refusal = self.refusal(f"tenon.partitioner.plugin={path}")
        begin = f"tenon.partitioner.plugin: {path}: "
        self.assertTrue(refusal.startswith(begin), refusal)
        return refusal.removeprefix(begin)

    def test_a_mistyped_property(self):
        self.assertEqual(self.refusal("tenon.partitioner.confg=answer=1"),
                         'unknown property "tenon.partitioner.confg"; did you mean "tenon.partitioner.config"?')
        self.assertEqual(self.refusal("tenon.x=1"),
                         'unknown property "tenon.x"; there are tenon.partitioner.plugin, tenon.partitioner.config, '
                         "tenon.partitioner.config.file, tenon.partitioner.topics, tenon.plugin.directory")

    def test_a_property_before_the_bridge_is_librdkafkas_to_refuse(self):
        said = self.run_app("tenon.partitioner.plugin=hash", f"plugin.library.paths={BRIDGE}")
        self.assertEqual(said.out, 'refused: No such configuration property: "tenon.partitioner.plugin"\n')

    def test_options(self):
        self.assertEqual(self.config_refusal("anser=1"),
                         'unknown option "anser" for partitioner "fixed"; did you mean "answer"?')
        self.assertEqual(self.config_refusal("answer=one"), '"answer" must be an integer')
        self.assertEqual(self.config_refusal("answer=2000"), '"answer" = 2000 is outside -10..1000')
        self.assertEqual(self.config_refusal("hash=murmr2"),
                         '"hash" must be one of murmur2, crc32, not "murmr2"; did you mean "murmur2"?')
        self.assertEqual(self.config_refusal("sticky=1 week"), '"sticky" must be a duration like "500ms" or "7d"')
        self.assertEqual(self.config_refusal("answer"), '"answer" is not key=value')
        self.assertEqual(self.config_refusal("x=1", "hash"),
                         'unknown option "x" for partitioner "hash"; it takes no options')

    def test_all_problems_of_the_options_come_together(self):
        self.assertEqual(self.config_refusal("anser=1;hash=md5;sticky=5s"),
                         'unknown option "anser" for partitioner "fixed"; did you mean "answer"?. '
                         '"hash" must be one of murmur2, crc32, not "md5"')

    def test_a_file_of_options(self):
        file = self.folder / "options"
        file.write_text("# ours\nanswer = 3\n\ngreeting = \"a; b\"\n")
        said = self.run_with(FIXED, f"tenon.partitioner.config.file={file}")
        self.assertEqual(said.counts, {3: 400})
        file.write_text("answer = 3\ngreeting = \"a\n")
        self.assertEqual(self.refusal(f"tenon.partitioner.plugin={FIXED}", f"tenon.partitioner.config.file={file}"),
                         'tenon.partitioner.config.file: line 2: the value of "greeting" has no closing quote')
        missing = self.folder / "none"
        self.assertEqual(self.refusal(f"tenon.partitioner.plugin={FIXED}", f"tenon.partitioner.config.file={missing}"),
                         f"tenon.partitioner.config.file: {missing}: No such file or directory")

    def test_options_in_two_places(self):
        self.assertEqual(self.refusal(f"tenon.partitioner.plugin={FIXED}", "tenon.partitioner.config=answer=1",
                                      "tenon.partitioner.config.file=/dev/null"),
                         "tenon.partitioner.config and tenon.partitioner.config.file are both set; keep one")

    def test_a_plugin_that_is_not_there(self):
        self.assertEqual(self.plugin_refusal("/none/x.so"), "No such file or directory")
        self.assertEqual(self.refusal(f"tenon.plugin.directory={PLUGINS}", "tenon.partitioner.plugin=hsh"),
                         f"tenon.partitioner.plugin: there is no partitioner-hsh.so in {PLUGINS}; did you mean "
                         '"hash"?')

    def test_a_plugin_that_everyone_can_write(self):
        path = self.folder / "partitioner-hash.so"
        shutil.copy(PLUGINS / "partitioner-hash.so", path)
        path.chmod(0o777)
        self.assertEqual(self.plugin_refusal(path), "it is writable by everyone, who could replace the plugin: "
                                                    f"chmod o-w {path}")
        path.chmod(0o755)
        self.folder.chmod(0o777)
        self.assertEqual(self.plugin_refusal(path), "its folder is writable by everyone, who could replace the "
                                                    f"plugin: chmod o-w {self.folder}")
        self.folder.chmod(0o755)
        self.assert_by_murmur2(self.run_with(path))

    def test_libraries_that_are_no_sound_plugin(self):
        for name, reason in {
                "no-datum": "it exports no tenon_module, so it is not a Tenon plugin",
                "wrong-datum": "its tenon_module is too short",
                "magic": "its tenon_module does not begin as that of a Tenon plugin",
                "next-major": "it is built for plugin ABI 2, but this bridge has plugin ABI 1.1",
                "next-minor": "it needs plugin ABI 1.99, but this bridge has 1.1",
                "wrong-kind": "it holds no partitioner",
                "no-note": "it has no Tenon note that says what it is: rebuild it with the SDK's TENON_MODULE (C++) "
                           "or TN_MODULE (C)",
                "sanitized": "it is built with -fsanitize=memory and this application is not: rebuild it without",
                "flagged": 'its plugin "fixed" sets flags that this bridge does not know and must',
                "unknown-type": 'its option "answer" is of type 99, which is not known here',
                "no-interface": "it has no interface tenon.partitioner/1",
                "hole": "its interface tenon.partitioner/1 is incomplete",
                "reads-values": 'partitioner "reads-values" reads values of records, but librdkafka shows a '
                                "partitioner the key only",
                "reads-headers": 'partitioner "reads-headers" reads headers of records, but librdkafka shows a '
                                 "partitioner the key only"}.items():
            self.assertEqual(self.plugin_refusal(FIXTURES / f"partitioner-{name}.so"), reason)
        self.assertIn("cannot be loaded: ", self.plugin_refusal(FIXTURES / "partitioner-unresolved.so"))
        self.assertEqual(self.plugin_refusal("/etc/passwd"), "it is not a shared library (ELF)")

    def test_a_plugin_of_another_machine(self):
        ours = platform.machine()
        foreign = "aarch64" if ours != "aarch64" else "x86_64"
        library = bytearray(FIXED.read_bytes())
        for machine, name in ((MACHINES[foreign], foreign), (4711, "machine 4711")):
            struct.pack_into("<H", library, E_MACHINE_AT, machine)
            path = self.folder / "partitioner-foreign.so"
            path.write_bytes(library)
            self.assertEqual(self.plugin_refusal(path), f"it is built for {name}, this machine is {ours}")

    def test_a_plugin_whose_create_fails(self):
        path = FIXTURES / "partitioner-failing.so"
        self.assertEqual(self.refusal(f"tenon.partitioner.plugin={path}", "tenon.partitioner.config=answer=1"),
                         f'tenon.partitioner.config: {path}: partitioner "failing" could not be made: the moon is in '
                         "the wrong house")

    def test_a_variable_of_the_environment(self):
        said = self.run_app(f"plugin.library.paths={BRIDGE}", TENON_PARTITIONER_PLUGIN="/none/x.so")
        self.assertEqual(said.code, 2)
        self.assertIn("tenon.partitioner.plugin: /none/x.so: No such file or directory", said.out)

    def test_topics_with_a_hole(self):
        self.assertEqual(self.refusal("tenon.partitioner.topics=a,,b"),
                         'tenon.partitioner.topics must be names of topics with commas between them, not "a,,b"')


class Orders(BridgeCase):
    """Maps of properties have no order; what a later property may mend is not refused."""

    def test_options_before_and_after_the_plugin(self):
        plugin, config = f"tenon.partitioner.plugin={FIXED}", "tenon.partitioner.config=answer=3"
        for properties in ((plugin, config), (config, plugin)):
            said = self.run_app(f"plugin.library.paths={BRIDGE}", *properties)
            self.assertEqual(said.counts, {3: 400}, said.log)

    def test_a_required_option_may_come_later(self):
        needy = FIXTURES / "partitioner-needy.so"
        said = self.run_with(needy, "tenon.partitioner.config=answer=2")
        self.assertEqual(said.counts, {2: 400})

    def test_the_directory_may_come_later(self):
        said = self.run_with("fixed", f"tenon.plugin.directory={FIXTURES}", "tenon.partitioner.config=answer=1")
        self.assertEqual(said.counts, {1: 400})


class Closed(BridgeCase):
    """librdkafka does not let the bridge fail rd_kafka_new, so records fail: none goes astray."""

    def closed(self, *arguments):
        said = self.run_with(*arguments)
        self.assertEqual(said.records, [])
        self.assertEqual(said.failures, ["_UNKNOWN_PARTITION"] * 400)
        self.assertEqual(len(said.ours(3)), 1, said.log)
        self.assertEqual(said.ours(6), [])
        return said.ours(3)[0]

    def test_a_name_that_nothing_has(self):
        self.assertEqual(self.closed("hsh"),
                         f'tenon.partitioner.plugin: there is no partitioner-hsh.so in {PLUGINS}; did you mean '
                         '"hash"? (tenon.plugin.directory says where to look instead). No record will be sent '
                         "without its partitioner")

    def test_a_required_option_that_never_came(self):
        self.assertEqual(self.closed(FIXTURES / "partitioner-needy.so"),
                         'tenon.partitioner.config: partitioner "needy" needs the option "answer". No record will be '
                         "sent without its partitioner")


if __name__ == "__main__":
    assert os.environ.get("LD_PRELOAD") is None
    main()
