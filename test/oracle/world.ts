/** What the oracle is given, and what it makes of it: plain values, no type of the program's. */

/** A programme file's content, as section 1 writes it. */
export interface ProgrammeFile {
  readonly programme: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly periods: readonly PeriodFile[];
}

export interface PeriodFile {
  readonly id: string;
  readonly from: string;
  readonly until: string;
  readonly grace: string;
  readonly rateBasisPoints: number;
  readonly transactionCapCents: number;
  readonly periodCapCents: number;
  readonly minimumTransactions: number;
  readonly superCashback?: { readonly ranks: number; readonly cents: number };
}

/** Name without folder; the text as it stands unpacked (a string is UTF-8). */
export interface FeedFile {
  readonly name: string;
  readonly text: string | Buffer;
}

export interface World {
  readonly programme: ProgrammeFile;
  readonly enrolments: readonly FeedFile[];
  readonly transactions: readonly FeedFile[];
  /** An instant, as `--as-of` takes it. */
  readonly asOf: string;
}

export interface FiveFiles {
  readonly 'totals.csv': string;
  readonly 'payouts.csv': string;
  readonly 'adjustments.csv': string;
  readonly 'quarantine.csv': string;
  readonly 'summary.json': string;
}

/** A period with its moments, in milliseconds since the epoch. */
export interface Period extends PeriodFile {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly deadlineMs: number;
}

/** A line that was taken, where it stood. */
export interface Place {
  readonly source: string;
  readonly line: number;
  /** The how-manieth of the files given. */
  readonly file: number;
}

export interface Enrolment extends Place {
  readonly card: string;
  readonly citizenId: string;
  readonly event: string;
  readonly at: number;
}

export interface Transaction extends Place {
  readonly acquirerCode: string;
  readonly operationType: string;
  readonly card: string;
  readonly trxDate: number;
  readonly idTrxAcquirer: string;
  /** Empty = none. */
  readonly correlationId: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly acquirerId: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly posType: string;
  readonly arrival: number;
}

export interface Bad extends Place {
  readonly reason: string;
  /** Empty = none named. */
  readonly field: string;
}

/** A citizen's total in a period. */
export interface Total {
  readonly citizenId: string;
  readonly transactions: number;
  /** Period cap applied. */
  readonly cents: bigint;
  /** Of the last counted payment; −∞ when there is none. */
  readonly lastMs: number;
}
