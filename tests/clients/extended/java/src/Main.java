// SPDX-License-Identifier: Apache-2.0
//
// The checks of Apache Kafka's Java client: Main BOOTSTRAP PARTITIONS_FIXTURE. `run` starts it.

public final class Main {
  public static void main(String[] arguments) throws Exception {
    Checks.connect(arguments[0]);
    new TopicChecks().all();
    new OffsetChecks().all();
    new ProducerChecks(arguments[1]).all();
    new GroupChecks().all();
    new GroupAdminChecks().all();
    new ConsumerProtocolChecks().all();
    new RestartChecks().all();
    System.out.flush();
    System.exit(Checks.failures() == 0 ? 0 : 1);
  }
}
