# SPDX-License-Identifier: Apache-2.0
"""What tests that speak the raw protocol share: connections that end with the test, and the three things
that must hold after each of them, whatever it sent: the broker's process lives, it answers a metadata
request, and it has not grown."""
import raw_kafka
import raw_requests
from harness import BrokerCase, eventually

MIB = 1 << 20
# A shard keeps some buffers; what a client leaves behind must not add up to more than this.
GROWTH_MAX = 48 * MIB

NONE, CORRUPT_MESSAGE, UNKNOWN_TOPIC, MESSAGE_TOO_LARGE = 0, 2, 3, 10
INVALID_TOPIC, INVALID_REQUIRED_ACKS, UNSUPPORTED_VERSION, INVALID_CONFIG, INVALID_REQUEST = 17, 21, 35, 40, 42
TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 53
OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH, KAFKA_STORAGE_ERROR = 45, 47, 56
FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, UNSUPPORTED_COMPRESSION_TYPE = 70, 71, 76
MEMBER_ID_REQUIRED, INVALID_RECORD, UNKNOWN_TOPIC_ID = 79, 87, 100
COORDINATOR_LOAD_IN_PROGRESS = 14


class RawCase(BrokerCase):
    growth_max = GROWTH_MAX

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with raw_kafka.Connection(cls.broker.kafka_port) as connection:
            raw_requests.metadata(connection)
        cls.rss_before = cls.broker.rss_bytes()

    def setUp(self):
        self.connection = self.connect()

    def connect(self, timeout=20):
        connection = raw_kafka.Connection(self.broker.kafka_port, timeout)
        self.addCleanup(connection.close)
        return connection

    def create(self, partitions=1, name=None, **configs):
        """A topic of this test; config names with _ for dots. Its name."""
        name = name or self.topic()
        configs = {key.replace("_", "."): value for key, value in configs.items()}
        made = raw_requests.create_topic(self.connection, name, partitions, configs)
        self.assertEqual((made.error, made.message), (NONE, None))
        return name

    def tearDown(self):
        self.assertIsNone(self.broker.process.poll(), "the broker has died:\n" + "\n".join(self.broker.lines[-20:]))
        with raw_kafka.Connection(self.broker.kafka_port, timeout=10) as connection:
            self.assertEqual(len(raw_requests.metadata(connection).brokers), 1)
        # A closed connection gives its memory back a moment later.
        eventually(lambda: self.broker.rss_bytes() - self.rss_before < self.growth_max, 10,
                   f"less than {self.growth_max // MIB} MiB more memory than at the start")
