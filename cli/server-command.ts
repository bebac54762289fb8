/**
 * What commands that ask a running system have in common: configuration, connection, and the connection's end.
 */
import { readConfig } from '../config/config.ts';
import { createLogger } from '../config/logger.ts';
import type { Context } from '../processors/context.ts';
import type { Period, Programme } from '../programme/programme.ts';
import { connect } from './connect.ts';
import { UsageError } from './exit.ts';
import { readProgramme } from './replay.ts';

/** Standard output is the command's answer: only what went wrong is logged. */
export async function withServers<T>(role: string, work: (context: Context) => Promise<T>): Promise<T> {
  const config = readConfig(['kafka', 'registry', 'redis', 'programme']);
  const programme = await readProgramme(config.programmeFile);
  const logger = createLogger({ ...config, logLevel: 'fatal' });
  const connected = await connect(config, programme, logger);
  try {
    return await work(connected.of(role).context);
  } finally {
    await connected.close();
  }
}

/** @throws UsageError naming the periods there are */
export function periodOf(programme: Programme, id: string): Period {
  const period = programme.periods.find((known) => known.id === id);
  if (period === undefined) {
    throw new UsageError(`the programme has no such period; it has: ${programme.periods.map((known) => known.id).join(', ')}`);
  }
  return period;
}
