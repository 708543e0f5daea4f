#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `tenon plugin new` writes builds against an installed Tenon and passes its kit, as it is.

For every kind and language: new, build, test (`tenon plugin check` and `lint`), and for partitioners a broker to
which `tenon produce` sends by the new plugin. Takes the build directory.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build").resolve()
os.environ.setdefault("TENON_BINARY", str(BUILD / "bin/tenon"))
from harness import BINARY, Broker  # noqa: E402

TEMPLATES = [("partitioner", "cpp"), ("partitioner", "c"), ("partitioner", "rust"), ("codec", "cpp"),
             ("codec", "c"), ("codec", "rust"), ("assignor", "cpp"), ("assignor", "c"), ("assignor", "rust")]
USAGE = 2


def run(*command, cwd=None, expect=0):
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, timeout=300)
    if done.returncode != expect:
        raise AssertionError(f"{command} gave {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


class NewTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = pathlib.Path(tempfile.mkdtemp(prefix="tenon-new-"))
        cls.prefix = cls.work / "prefix"
        run("cmake", "--install", BUILD, "--component", "tenon-sdk", "--prefix", cls.prefix)
        (cls.prefix / "bin").mkdir()
        (cls.prefix / "bin/tenon").symlink_to(BINARY)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.work)

    def make(self, kind, language, name):
        """The library of a new project, built and tested by what the project itself says."""
        project = self.work / f"{kind}-{language}"
        out = run(BINARY, "plugin", "new", kind, name, "--lang", language, "--directory", project)
        self.assertIn("README.md", out)
        if language == "rust":
            run("make", "RUSTC=/usr/bin/rustc", cwd=project)
            run("make", "test", f"TENON={BINARY}", cwd=project)
        else:
            flags = "-Wall -Wextra -Wpedantic -Wshadow -Werror"
            run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                f"-DCMAKE_CXX_FLAGS={flags}", f"-DCMAKE_C_FLAGS={flags}", "--no-warn-unused-cli")
            run("cmake", "--build", project / "build")
            run("ctest", "--test-dir", project / "build", "--output-on-failure", "--no-tests=error")
        return project / "build" / f"{kind}-{name}.so"

    def test_every_template_builds_and_passes_its_kit(self):
        for kind, language in TEMPLATES:
            with self.subTest(kind=kind, language=language):
                library = self.make(kind, language, f"acme-{language}")
                described = run(BINARY, "plugin", "inspect", library)
                self.assertIn(f"acme-{language}", described)
                if kind == "partitioner":
                    self.produce_by(library)

    def produce_by(self, library):
        """Records whose keys begin alike go to one partition, which is the one that vectors foretell."""
        keys = self.work / "keys"
        keys.write_text("t7\nt8\n")
        vectors = run(BINARY, "plugin", "vectors", library, "-n", "12", "--keys", keys)
        wanted = [line.split()[2] for line in vectors.splitlines() if not line.startswith("#")]
        with Broker() as broker:
            tenon = [BINARY, "--bootstrap", broker.bootstrap]
            run(*tenon, "topic", "create", "orders", "-p", "12")
            subprocess.run([*tenon, "produce", "orders", "-K ", "--partitioner", str(library)],
                           input="t7:a 1\nt8:a 2\nt7:b 3\nt8:b 4\n", text=True, check=True, capture_output=True)
            out = run(*tenon, "consume", "orders", "-e", "-f", "%k %p\\n")
        self.assertEqual(sorted(out.split("\n")[:-1]),
                         sorted(f"{key} {p}" for t, p in zip(("t7", "t8"), wanted) for key in (f"{t}:a", f"{t}:b")))

    def test_nothing_is_overwritten(self):
        place = self.work / "taken"
        place.mkdir()
        (place / "file").write_text("mine")
        out = run(BINARY, "plugin", "new", "codec", "x", "--directory", place, expect=USAGE)
        self.assertIn("there is something already", out)

    def test_mistakes_are_explained(self):
        out = run(BINARY, "plugin", "new", "partitoner", "x", expect=USAGE)
        self.assertIn('did you mean "partitioner"?', out)
        out = run(BINARY, "plugin", "new", "storage", "x", expect=USAGE)
        self.assertIn('must be one of assignor, codec, partitioner, not "storage"', out)
        out = run(BINARY, "plugin", "new", "codec", "x", "--lang", "go", expect=USAGE)
        self.assertIn('must be one of cpp, c, rust, not "go"', out)
        out = run(BINARY, "plugin", "new", "codec", "X y", expect=USAGE)
        self.assertIn("must be lower case, digits and '-'", out)


if __name__ == "__main__":
    unittest.main(verbosity=0)
