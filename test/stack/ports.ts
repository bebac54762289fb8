/**
 * Free ports for servers. Not "listen on 0": that gives a port of the range that outgoing connections take theirs
 * from (from 32768 on Linux), so that one of them may sit on the port of a killed server when it starts again.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 22_700;
/** A node of a Redis cluster listens here too, above its own port. */
export const CLUSTER_BUS_OFFSET = 10_000;
const ATTEMPTS_MAX = 100;

/** A port on which nobody listens, with the one `CLUSTER_BUS_OFFSET` above it. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = randomInt(LOWEST, HIGHEST);
    if ((await isFree(port)) && (await isFree(port + CLUSTER_BUS_OFFSET))) return port;
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} in ${ATTEMPTS_MAX} attempts`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
