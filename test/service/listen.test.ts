import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { listen, ListenError } from '../../service/http.ts';

test('a port that is taken is named by its variable', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => { other.listen(0, resolve); });
  const { port } = other.address() as AddressInfo;
  const refused = listen(new Hono(), port);
  await expect(refused).rejects.toBeInstanceOf(ListenError);
  await expect(refused).rejects.toThrow('HTTP_PORT: another process listens there (EADDRINUSE)');
  await new Promise((resolve) => { other.close(resolve); });
  const server = await listen(new Hono(), port);
  expect(server.port).toBe(port);
  await server.close();
});
