/** Good lines, and files to put them in. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { ENROLMENT_HEADER } from '../../feeds/enrolment-line.ts';
import { inspect, type FeedKind, type InspectedFile } from '../../feeds/inspection.ts';

const HASH = '5c6bda1b1f5f6238dcba70f9f4b5a77671eb2b1563b0ca6d15d14c649a9b7ce0';

/** In column order. */
const TRANSACTION = {
  acquirerCode: '36081',
  operationType: '00',
  circuitType: '10',
  hashPan: HASH,
  trxDate: '2020-12-10T12:19:16.000+01:00',
  idTrxAcquirer: '80205005000037219007587693',
  idTrxIssuer: '657098',
  correlationId: '',
  amount: '12345',
  currency: '978',
  acquirerId: '09509',
  merchantId: '400000080205',
  terminalId: '80205005',
  bin: '40236010',
  mcc: '4900',
  fiscalCode: 'fc123456',
  vat: '12345678901',
  posType: '00',
  par: '',
};
export type TransactionColumns = typeof TRANSACTION;

const ENROLMENT = { hashPan: HASH, citizenId: 'citizen-1', event: 'ENROLLED', at: '2020-12-01T10:00:00Z' };
export type EnrolmentColumns = typeof ENROLMENT;

/** A good line, but for what is changed. */
export function transactionLine(changes: Partial<TransactionColumns> = {}): string {
  return Object.values({ ...TRANSACTION, ...changes }).join(';');
}

/** A good line, but for what is changed. */
export function enrolmentLine(changes: Partial<EnrolmentColumns> = {}): string {
  return Object.values({ ...ENROLMENT, ...changes }).join(',');
}

/** The lines with LF, under the header. */
export function enrolmentText(...lines: string[]): string {
  return [ENROLMENT_HEADER, ...lines].map((line) => `${line}\n`).join('');
}

/** The content under its own checksum line. */
export function checksummed(content: string | Buffer, ending = '\n'): Buffer {
  const sum = createHash('sha256').update(content).digest('hex');
  return Buffer.concat([Buffer.from(`#sha256sum:${sum}${ending}`), Buffer.from(content)]);
}

export function gzipped(...members: (string | Buffer)[]): Buffer {
  return Buffer.concat(members.map((member) => gzipSync(member)));
}

export interface Folder {
  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  path(name?: string): string;
}

/** A folder of this test file's own, removed afterwards. */
export function temporaryFolder(): Folder {
  let folder = '';
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'tornaconto-feeds-')); });
  afterAll(async () => { await rm(folder, { recursive: true, force: true }); });
  const path = (name = '') => join(folder, name);
  return {
    path,
    async write(name, content) {
      await writeFile(path(name), content);
      return path(name);
    },
  };
}

/** Inspects a file that must be taken. */
export async function taken(path: string, kind: FeedKind, digest = false): Promise<InspectedFile> {
  const inspection = await inspect(path, kind, { digest });
  if (inspection.refused !== null) throw new Error(`refused: ${inspection.refused.message}`);
  return inspection.file;
}

export async function collect<T>(batches: AsyncIterable<readonly T[]> | Iterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}
