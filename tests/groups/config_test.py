#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Configs of groups (resource type GROUP): set for groups that are not there yet, listed with their source,
refused with a sentence, and kept over a restart."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import raw_requests as ask
from raw_case import INVALID_CONFIG, INVALID_REQUEST, NONE, RawCase

DEFAULT, DYNAMIC_GROUP = 5, 8
SESSION, ASSIGNOR = "consumer.session.timeout.ms", "tenon.assignor"


class GroupConfig(RawCase):
    def alter(self, name, value, group="g"):
        return ask.alter_config(self.connection, ask.GROUP, group, name, value)

    def configs(self, group="g"):
        found = ask.describe_configs(self.connection, ask.GROUP, group)
        self.assertEqual(found.error, NONE, found.message)
        return found.configs

    def test_configs_come_and_go_without_the_group_and_stay_over_a_restart(self):
        self.assertEqual(self.configs()[SESSION], ("45000", DEFAULT))
        self.assertEqual(self.alter(SESSION, "60000").error, NONE)
        self.assertEqual(self.alter(ASSIGNOR, "sticky").error, NONE)
        self.broker.stop()
        self.broker.start()
        self.connection = self.connect()
        self.assertEqual(self.configs()[SESSION], ("60000", DYNAMIC_GROUP))
        self.assertEqual(self.configs()[ASSIGNOR], ("sticky", DYNAMIC_GROUP))
        self.assertEqual(self.configs("other")[ASSIGNOR], ("", DEFAULT))
        self.assertEqual(self.alter(SESSION, None).error, NONE)
        self.assertEqual(self.configs()[SESSION], ("45000", DEFAULT))

    def test_an_assignor_that_is_not_loaded_is_refused_with_those_that_are(self):
        for name in ASSIGNOR, "tenon.assignor.shadow":
            refused = self.alter(name, "mine", "refused")
            self.assertEqual(refused.error, INVALID_CONFIG)
            self.assertEqual(refused.message, f'{name}: no assignor plugin "mine" is loaded (loaded: range, '
                             "roundrobin, sticky, uniform); a table [assignor.NAME] of the broker's TOML loads one")
            self.assertEqual(self.configs("refused")[name], ("", DEFAULT))

    def test_what_no_group_can_have_is_refused(self):
        self.assertEqual(self.alter(SESSION, "1000").error, INVALID_CONFIG)
        self.assertIn("at least 45000", self.alter(SESSION, "1000").message)
        self.assertEqual(self.alter("retention.ms", "1000").error, INVALID_CONFIG)
        self.assertEqual(self.alter(SESSION, "60000", group="").error, INVALID_REQUEST)
        self.assertEqual(ask.describe_configs(self.connection, ask.GROUP, "").error, INVALID_REQUEST)

    def test_a_group_may_have_a_name_of_any_length(self):
        name = "g" * 32_000
        self.assertEqual(self.alter(ASSIGNOR, "range", name).error, NONE)
        self.assertEqual(self.configs(name)[ASSIGNOR], ("range", DYNAMIC_GROUP))


if __name__ == "__main__":
    unittest.main()
