/**
 * The serdes of all topics: each topic's own schema under the subject `<topic>-value`.
 */
import type { SchemaRegistry } from '../ports/registry.ts';
import type { Serdes } from '../processors/context.ts';
import { Serde } from '../schemas/serde.ts';
import type { TopicName } from '../topology/names.ts';

/** Registers what is not there. Rejects as the registry does. */
export async function openSerdes(registry: SchemaRegistry, topic: (name: TopicName) => string): Promise<Serdes> {
  const subject = (name: TopicName) => `${topic(name)}-value`;
  return {
    transaction: await Serde.open(registry, subject('card-transactions'), 'CardTransaction'),
    enrolment: await Serde.open(registry, subject('card-enrolments'), 'CardEnrolment'),
    ledger: await Serde.open(registry, subject('citizen-ledger'), 'LedgerRecord'),
    receipt: await Serde.open(registry, subject('receipts'), 'Receipt'),
    payout: await Serde.open(registry, subject('payouts'), 'Payout'),
    closure: await Serde.open(registry, subject('period-closures'), 'PeriodClosure'),
    adjustment: await Serde.open(registry, subject('adjustments'), 'Adjustment'),
    total: await Serde.open(registry, subject('citizen-totals'), 'CitizenTotal'),
    quarantined: await Serde.open(registry, subject('quarantine'), 'Quarantined'),
  };
}
