/**
 * Names of topics and roles, as everything else refers to them, and what becomes of them on brokers and in the
 * registry. TOPIC_PREFIX stands before all names, so that two installations share servers without meeting.
 *
 * Source: contract, sections 4 and 6.
 */

export const TOPIC_NAMES = [
  'card-transactions', 'card-enrolments', 'citizen-ledger', 'receipts', 'clock',
  'payouts', 'period-closures', 'adjustments', 'citizen-totals', 'quarantine',
] as const;
export type TopicName = (typeof TOPIC_NAMES)[number];

export const ROLES = ['enrol', 'qualify', 'accrue', 'close'] as const;
export type Role = (typeof ROLES)[number];

/** The topic's name on the brokers. */
export function topicName(prefix: string, topic: TopicName): string {
  return `${prefix}${topic}`;
}

/** The registry's subject of a topic's values. */
export function subjectName(prefix: string, topic: TopicName): string {
  return `${topicName(prefix, topic)}-value`;
}

/** The consumer group of a role's tasks. */
export function groupName(prefix: string, role: Role): string {
  return `${prefix}tornaconto-${role}`;
}
