/**
 * `tornaconto run [--roles …]`: the processor. SIGTERM drains and stops in under 10 s, exit 0. Contract, section 6.
 */
import { once } from 'node:events';
import { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import { describe } from '../config/describe.ts';
import { createLogger, type Logger } from '../config/logger.ts';
import { VERSION } from '../config/version.ts';
import { SystemClock } from '../runtime/system-clock.ts';
import { citizenStatus } from '../service/citizen-status.ts';
import { listen, routes } from '../service/http.ts';
import { Metrics, type RoleStatuses } from '../service/metrics.ts';
import { ProcessorService, type Fault } from '../service/processor-service.ts';
import { ROLES, type Role } from '../topology/names.ts';
import { connect } from './connect.ts';
import { EXIT, UsageError } from './exit.ts';
import { readProgramme } from './replay.ts';

/**
 * Beyond the service's own 8 s: connections that do not close (with the brokers away they wait for them) are left to the
 * end of the process. Well below 10 s, for a busy machine's timers are late.
 */
const EXIT_MS = 8_500;

export function runCommand(): Command {
  return new Command('run')
    .description('Run the processor: any set of roles in one process; several processes share the work.')
    .option('--roles <roles>', `any of ${ROLES.join(',')}`, ROLES.join(','))
    .action(async ({ roles }: { roles: string }) => { process.exitCode = await run(rolesOf(roles)); });
}

async function run(roles: readonly Role[]): Promise<number> {
  const config = readConfig(['kafka', 'registry', 'redis', 'programme']);
  const programme = await readProgramme(config.programmeFile);
  const logger = createLogger(config);
  logger.info({ component: 'config', settings: describe(config).join(' '), roles: roles.join(',') }, 'starting');
  const stopping = stopSignal(logger);
  const stopAsked = once(stopping, 'abort').then(() => 'stop' as const);

  const clock = new SystemClock();
  let statuses: () => readonly RoleStatuses[] = () => [];
  const metrics = new Metrics(VERSION, () => statuses(), () => clock.nowMs(), (role, what, where) => {
    logger.error({ component: role, ...where }, `alarm: ${what}`);
  });
  const connected = await Promise.race([connect(config, programme, logger, metrics), stopAsked]);
  if (connected === 'stop') {
    // Nothing was begun, no group joined: what still waits for an answer ends with the process.
    logger.info({ component: 'service' }, 'stopped');
    process.exit(EXIT.done);
  }
  let crash = (_error: Error): void => undefined;
  const crashed = new Promise<Error>((resolve) => { crash = resolve; });
  const service = new ProcessorService({
    roles, clock, prefix: config.topicPrefix,
    context: (role) => connected.of(role),
    onFault: (fault) => { logFault(logger, fault); },
    onCrash: (error) => { crash(error); },
  });
  statuses = () => service.statuses();
  const server = await listen(routes({
    metrics,
    readiness: () => service.readiness(),
    status: (citizenId) => citizenStatus(connected.of('status').context, citizenId),
    onError: (error) => { logger.warn({ component: 'http', err: error }, 'a request could not be answered'); },
  }), config.httpPort);
  logger.info({ component: 'http', port: server.port }, 'listening');

  const starting = stopping.aborted ? stopAsked : service.start().then(() => 'started' as const);
  const outcome = await Promise.race([starting, stopAsked, crashed]);
  if (outcome === 'started') logger.info({ component: 'service' }, 'started');
  const end = outcome === 'started' ? await Promise.race([stopAsked, crashed]) : outcome;
  if (end instanceof Error) logger.fatal({ component: 'service', err: end }, 'a subscription has ended: stopping');

  // Nothing that hangs may keep the process beyond its time.
  setTimeout(() => {
    logger.warn({ component: 'service' }, 'stopped; not all connections were closed in time');
    process.exit();
  }, EXIT_MS).unref();
  process.exitCode = end instanceof Error ? EXIT.fault : EXIT.done;
  const drained = await service.stop();
  if (!drained) logger.warn({ component: 'service' }, 'not drained in time: the rest is folded again');
  await server.close();
  if (drained) await connected.close();
  logger.info({ component: 'service' }, 'stopped');
  if (!drained) process.exit();
  return process.exitCode;
}

/** Aborted at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(logger: Logger): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info({ component: 'service', signal }, 'draining');
      process.once(signal, () => process.exit(EXIT.fault));
      controller.abort();
    });
  }
  return controller.signal;
}

function logFault(logger: Logger, { role, topic, partition, error, remedy }: Fault): void {
  const fields = { component: role, topic, partition, err: error };
  if (remedy === 'retry') logger.warn(fields, 'a fault that may pass: trying again');
  else logger.error(fields, 'stopped: somebody must look');
}

function rolesOf(text: string): Role[] {
  const asked = text.split(',').map((role) => role.trim());
  const roles = ROLES.filter((role) => asked.includes(role));
  if (roles.length !== new Set(asked).size) throw new UsageError(`--roles must be any of ${ROLES.join(',')}, separated by commas`);
  return roles;
}
