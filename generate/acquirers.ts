/**
 * The acquirers: what share of the trade each has, when it delivers, and how it writes its files.
 *
 * Codes are made up (real ones are five digits). One writes lower case, one pads amounts, one ends lines with CRLF,
 * one delivers at midnight sharp, one sends the weekend on Monday: all within the contract (section 3).
 */
import type { Day } from './calendar.ts';
import type { InstantStyle } from './instants.ts';
import { Merchants } from './merchants.ts';
import { Random } from '../runtime/random.ts';

export interface AcquirerProfile {
  readonly code: string;
  readonly share: number;
  readonly acquirerIds: readonly string[];
  /** Writes a correlationId on every payment, and on reversals; the others send total reversals without. */
  readonly correlates: boolean;
  readonly instants: InstantStyle;
  readonly amountDigits: number;
  readonly upperCaseHash: boolean;
  readonly eol: '\n' | '\r\n';
  /** Probabilities for each file. */
  readonly checksum: number;
  readonly gzip: number;
  /** Seconds after midnight of the day after the payments, and by how many its clock varies. */
  readonly arrivalS: number;
  readonly arrivalVariesS: number;
  /** Days later than the day after. */
  readonly daysLate: number;
  readonly weekendsOnMonday: boolean;
}

const USUAL = {
  correlates: true, instants: { millis: true, offset: 'colon' }, amountDigits: 1, upperCaseHash: false, eol: '\n',
  checksum: 1, gzip: 0, arrivalS: 2 * 3600, arrivalVariesS: 1800, daysLate: 0, weekendsOnMonday: false,
} as const;

export const ACQUIRER_PROFILES: readonly AcquirerProfile[] = [
  { ...USUAL, code: 'AQUIL', share: 34, acquirerIds: ['10001', '10002', '10003'] },
  { ...USUAL, code: 'BALEN', share: 22, acquirerIds: ['20001'], correlates: false, gzip: 0.5, arrivalS: 5 * 3600 },
  { ...USUAL, code: 'CERVO', share: 14, acquirerIds: ['30001', '30002'], instants: { millis: false, offset: 'plain' },
    amountDigits: 11, checksum: 0.7, arrivalS: 3 * 3600 },
  { ...USUAL, code: 'D3LFI', share: 10, acquirerIds: ['40001'], correlates: false, instants: { millis: true, offset: 'utc' },
    eol: '\r\n', checksum: 0.9 },
  { ...USUAL, code: 'ERMEL', share: 8, acquirerIds: ['500000000000'], upperCaseHash: true, arrivalS: 0, arrivalVariesS: 1,
    checksum: 0.8 },
  { ...USUAL, code: 'FALCO', share: 6, acquirerIds: ['60001', '60002'], correlates: false, gzip: 1,
    instants: { millis: false, offset: 'colon' }, arrivalS: 9 * 3600, arrivalVariesS: 7200, weekendsOnMonday: true },
  { ...USUAL, code: 'ghiro', share: 4, acquirerIds: ['g7'], checksum: 0, daysLate: 2, arrivalS: 23 * 3600 },
  { ...USUAL, code: '00008', share: 2, acquirerIds: ['80001'], correlates: false, checksum: 0.5, amountDigits: 6,
    instants: { millis: true, offset: 'plain' }, arrivalS: 12 * 3600 },
];

/** When a file arrives: a civil day and the wall time of its name. */
export interface Arrival {
  readonly day: number;
  /** Below 86,400. */
  readonly second: number;
}

export class Acquirer {
  readonly index: number;
  readonly profile: AcquirerProfile;
  readonly merchants: Merchants;
  /** For the making of its files: when, checksum, gzip. */
  readonly #office: Random;
  #lastId = 0;

  constructor(seed: number, index: number) {
    this.index = index;
    this.profile = ACQUIRER_PROFILES[index]!;
    this.merchants = new Merchants(Random.of(seed, `merchants ${index}`), index);
    this.#office = Random.of(seed, `office ${index}`);
  }

  /** An idTrxAcquirer that was not given before. */
  nextId(): string {
    return `8020500${String(++this.#lastId).padStart(10, '0')}`;
  }

  /** When the file with that day's payments arrives; now and then days late. */
  arrival(day: Day): Arrival {
    const { arrivalS, arrivalVariesS, daysLate, weekendsOnMonday } = this.profile;
    const weekend = weekendsOnMonday && (day.weekday === 5 || day.weekday === 6) ? 7 - day.weekday : 0;
    const outage = this.#office.chance(0.02) ? this.#office.between(1, 6) : 0;
    return {
      day: day.index + 1 + daysLate + weekend + outage,
      second: Math.min(86_399, arrivalS + this.#office.below(arrivalVariesS)),
    };
  }

  /** How its next file is written. */
  form(): { checksum: boolean; gzip: boolean; twoMembers: boolean } {
    const [checksum, gzip, twoMembers] = [this.#office.float(), this.#office.float(), this.#office.float()];
    return { checksum: checksum < this.profile.checksum, gzip: gzip < this.profile.gzip, twoMembers: twoMembers < 0.25 };
  }
}
