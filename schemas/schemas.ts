/**
 * The Avro schemas by name, parsed from the `.avsc` files.
 *
 * The files are beside this one in a checkout; in the package they stay in `schemas/` while this code is in
 * `dist/schemas/`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Records } from './generated/types.ts';

export type SchemaName = keyof Records;

const FILES: Readonly<Record<SchemaName, string>> = {
  Adjustment: 'adjustment.avsc',
  CardEnrolment: 'card-enrolment.avsc',
  CardTransaction: 'card-transaction.avsc',
  CitizenTotal: 'citizen-total.avsc',
  LedgerRecord: 'ledger-record.avsc',
  Payout: 'payout.avsc',
  PeriodClosure: 'period-closure.avsc',
  Quarantined: 'quarantined.avsc',
  Receipt: 'receipt.avsc',
};

export const SCHEMA_NAMES = Object.keys(FILES) as readonly SchemaName[];

/** The folder with the `.avsc` files. */
export const SCHEMA_FOLDER = [import.meta.dirname, join(import.meta.dirname, '..', '..', 'schemas')]
  .find((folder) => existsSync(join(folder, FILES.CardTransaction))) ?? import.meta.dirname;

/** Every schema as parsed JSON, as it is registered: docs and defaults included. */
export const SCHEMAS = Object.fromEntries(SCHEMA_NAMES.map((name) =>
  [name, JSON.parse(readFileSync(join(SCHEMA_FOLDER, FILES[name]), 'utf8')) as object],
)) as Readonly<Record<SchemaName, object>>;
