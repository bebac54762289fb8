/** The log on Kafka passes the suite. */
import { describeWithStack, freshPrefix, sharedStack } from '../stack/stack.ts';
import { logConformance } from './conformance.ts';
import { openKafka } from './kafka/kafka-harness.ts';

describeWithStack('log on Kafka', () => {
  const stack = sharedStack();
  logConformance(async () => openKafka(stack.brokers, freshPrefix()));
});
