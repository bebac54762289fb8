import { describe, expect, test } from 'vitest';
import { parseRedisUrl, type RedisAddress } from '../../../stores/redis/address.ts';

const PLAIN: RedisAddress = {
  kind: 'single', tls: false, hosts: [{ host: 'localhost', port: 6379 }], username: null, password: null, database: 0, masterName: null,
};

describe('REDIS_URL', () => {
  test.each<[string, Partial<RedisAddress>]>([
    ['redis://localhost', {}],
    ['redis://localhost:7000/3', { hosts: [{ host: 'localhost', port: 7000 }], database: 3 }],
    ['rediss://localhost/', { tls: true }],
    ['redis://:p%40ss@localhost', { password: 'p@ss' }],
    ['redis://app:pa:ss@[::1]:6380', { username: 'app', password: 'pa:ss', hosts: [{ host: '::1', port: 6380 }] }],
    ['redis+sentinel://s1,s2:26380/cashback', {
      kind: 'sentinel', masterName: 'cashback', hosts: [{ host: 's1', port: 26379 }, { host: 's2', port: 26380 }],
    }],
    ['rediss+cluster://app:x@n1:1,n2:2,n3', {
      kind: 'cluster', tls: true, username: 'app', password: 'x', hosts: [{ host: 'n1', port: 1 }, { host: 'n2', port: 2 }, { host: 'n3', port: 6379 }],
    }],
  ])('%s', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual({ ...PLAIN, ...expected });
  });

  test.each([
    '', 'localhost:6379', 'http://HUSH', 'redis://', 'redis://HUSH:0', 'redis://HUSH:99999', 'redis://HUSH,b', 'redis://HUSH/x', 'redis://a b',
    'redis://u:HUSH%zz@a', 'redis+sentinel://HUSH', 'redis+sentinel://HUSH/', 'redis+cluster://HUSH/1', 'redis+other://HUSH',
  ])('"%s" is refused, and not repeated', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(/^REDIS_URL /);
    expect(() => parseRedisUrl(url)).not.toThrow(/HUSH/);
  });
});
