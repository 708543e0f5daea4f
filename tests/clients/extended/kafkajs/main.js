// SPDX-License-Identifier: Apache-2.0
//
// The checks of KafkaJS: main.js BOOTSTRAP. `run` starts it. Only the codecs that it brings along: none and gzip.
'use strict';

const readline = require('node:readline');
const { Kafka, CompressionTypes, ConfigResourceTypes, logLevel } = require('kafkajs');

const kafka = new Kafka({
  clientId: 'checks', brokers: [process.argv[2]], logLevel: logLevel.ERROR,
  retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 20 },
});
const wanted = new RegExp(process.env.TENON_CHECKS || '');
const input = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const admin = kafka.admin();
let failures = 0;

async function check(name, body) {
  if (!wanted.test(name)) return;
  console.log('RUN ' + name);
  const started = Date.now();
  let end = 'PASS', reason = '';
  try {
    await body();
  } catch (failure) {
    console.error(failure);
    failures++;
    end = 'FAIL';
    reason = String(failure).replace(/\s+/g, ' ');
  }
  console.log(`${end} ${name} ${((Date.now() - started) / 1000).toFixed(3)} ${reason}`);
}

async function restart(how) {
  console.log(how);
  same('OK', (await input.next()).value, 'the answer');
}

function same(expected, actual, what) {
  if (String(expected) !== String(actual)) throw new Error(`${what} is ${actual}, not ${expected}`);
}

async function eventually(what, condition) {
  for (const end = Date.now() + 30000; !condition();) {
    if (Date.now() > end) throw new Error(what + ' did not come true in 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function newTopic(topic, numPartitions) {
  await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }] });
  return topic;
}

async function withProducer(options, body) {
  const producer = kafka.producer(options);
  await producer.connect();
  await body(producer).finally(() => producer.disconnect());
}

// A group's member that notes what it reads, until stopped.
async function join(groupId, topic) {
  const consumer = kafka.consumer({ groupId, heartbeatInterval: 200, maxWaitTimeInMs: 200 });
  const member = { messages: [], held: [], leave: () => consumer.disconnect() };
  consumer.on(consumer.events.GROUP_JOIN, (event) => {
    member.held = event.payload.memberAssignment[topic] || [];
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ partition, message }) => member.messages.push({ partition, ...message }) });
  return member;
}

async function adminCalls() {
  await admin.createTopics({ topics: [{ topic: 'admin', numPartitions: 2, replicationFactor: 1,
    configEntries: [{ name: 'retention.ms', value: '3600000' }] }] });
  same(true, (await admin.listTopics()).includes('admin'), 'listed');
  await admin.createPartitions({ topicPartitions: [{ topic: 'admin', count: 3 }] });
  const { topics } = await admin.fetchTopicMetadata({ topics: ['admin'] });
  same(3, topics[0].partitions.length, 'the number of partitions');
  const { resources } = await admin.describeConfigs({ resources: [
    { type: ConfigResourceTypes.TOPIC, name: 'admin', configNames: ['retention.ms'] }] });
  same('3600000', resources[0].configEntries[0].configValue, 'retention.ms');
  same(1, (await admin.describeCluster()).brokers.length, 'the number of brokers');
  await admin.deleteTopics({ topics: ['admin'] });
}

async function roundTrip(name, compression) {
  const topic = await newTopic('codec-' + name, 1);
  const messages = Array.from({ length: 300 }, (_, i) => ({
    key: 'key-' + i, value: 'x'.repeat(i), headers: { n: String(i) }, timestamp: String(1000000 + i) }));
  await withProducer({ idempotent: true }, (producer) => producer.send({ topic, compression, messages }));
  const member = await join('g-codec-' + name, topic);
  await eventually('the records are read', () => member.messages.length >= messages.length);
  await member.leave();
  member.messages.forEach((got, i) => same(JSON.stringify(messages[i]), JSON.stringify({ key: String(got.key),
    value: String(got.value), headers: { n: String(got.headers.n) }, timestamp: got.timestamp }), 'record ' + i));
}

async function rebalance() {
  const topic = await newTopic('rebalance', 4);
  const first = await join('g-rebalance', topic);
  await eventually('the first has all', () => first.held.length === 4);
  const second = await join('g-rebalance', topic);
  await eventually('they share', () => first.held.length === 2 && second.held.length === 2);
  await withProducer({}, (producer) => producer.send({ topic,
    messages: Array.from({ length: 100 }, (_, i) => ({ value: String(i), partition: i % 4 })) }));
  await eventually('both read', () => first.messages.length + second.messages.length === 100);
  await second.leave();
  await eventually('the first has all again', () => first.held.length === 4);
  await first.leave();
  const offsets = await admin.fetchOffsets({ groupId: 'g-rebalance', topics: [topic] });
  offsets[0].partitions.forEach((one) => same(25, one.offset, 'the committed offset'));
  await admin.deleteGroups(['g-rebalance']);
}

async function restarts(how) {
  const topic = await newTopic('restart-' + how, 1);
  await withProducer({ idempotent: true, maxInFlightRequests: 1 }, async (producer) => {
    for (let i = 0; i < 60; i++) {
      if (i % 20 === 10) await restart(how);
      await producer.send({ topic, messages: [{ value: String(i) }] });
    }
  });
  const member = await join('g-restart-' + how, topic);
  await eventually('all is read', () => member.messages.length >= 60);
  await member.leave();
  same([...Array(60).keys()], member.messages.map((one) => String(one.value)), 'what was read');
}

async function main() {
  await admin.connect();
  await check('admin', adminCalls);
  await check('produce-none', () => roundTrip('none', CompressionTypes.None));
  await check('produce-gzip', () => roundTrip('gzip', CompressionTypes.GZIP));
  await check('rebalance', rebalance);
  await check('kill-9-while-producing', () => restarts('KILL'));
  await check('stop-while-producing', () => restarts('STOP'));
  await admin.disconnect();
  process.exit(failures ? 1 : 0);
}

main();
