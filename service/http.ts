/**
 * The HTTP side of a running processor: health, metrics, citizens. Contract, section 6.
 */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Metrics } from './metrics.ts';
import { CITIZEN_ID, type CitizenStatus } from './citizen-status.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What it waits for, a line each; empty when ready. */
  readonly waitingFor: readonly string[];
}

export interface HttpDeps {
  readonly metrics: Metrics;
  readonly readiness: () => Readiness;
  readonly status: (citizenId: string) => Promise<CitizenStatus>;
  readonly onError: (error: unknown) => void;
}

export function routes({ metrics, readiness, status, onError }: HttpDeps): Hono {
  const app = new Hono();
  app.get('/health/live', (c) => c.json({ status: 'live' }));
  app.get('/health/ready', (c) => {
    const state = readiness();
    return c.json({ status: state.ready ? 'ready' : 'waiting', waitingFor: state.waitingFor }, state.ready ? 200 : 503);
  });
  app.get('/metrics', async (c) => c.body(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }));
  app.get('/citizens/:citizenId', async (c) => {
    const citizenId = c.req.param('citizenId');
    if (!CITIZEN_ID.test(citizenId)) return c.json({ error: 'not a citizenId: 1 to 64 of A-Z a-z 0-9 . _ : -' }, 400);
    const answer = await status(citizenId);
    return answer.periods.length === 0 ? c.json({ error: 'unknown citizen' }, 404) : c.json(answer);
  });
  app.notFound((c) => c.json({ error: 'there is no such resource' }, 404));
  app.onError((error, c) => {
    onError(error);
    return c.json({ error: 'not available now' }, 503);
  });
  return app;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** The port cannot be had: the operator gives another one in HTTP_PORT, or mends what is in the way. */
export class ListenError extends Error {
  override readonly name = 'ListenError';

  constructor(cause: NodeJS.ErrnoException) {
    super(`HTTP_PORT: ${WHY[cause.code ?? ''] ?? 'cannot be listened on'} (${cause.code ?? 'unknown error'})`, { cause });
  }
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EACCES: 'this user may not listen there',
};

/**
 * Resolves when it listens. Port 0 takes any free one.
 * @throws ListenError
 */
export function listen(app: Hono, port: number): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port }, (address) => {
      resolve({
        port: address.port,
        close: () => new Promise((done) => {
          server.close(() => { done(); });
          // A request half sent would hold it open.
          if ('closeAllConnections' in server) server.closeAllConnections();
        }),
      });
    });
    server.once('error', (error: NodeJS.ErrnoException) => { reject(new ListenError(error)); });
  });
}
