/**
 * Unpacks whatever others' producers pack. The client library knows gzip only, and ends a subscription for good at the
 * first batch of another kind: any producer with `compression.type=zstd` would stop us.
 *
 * Node has gzip and Zstandard. LZ4 and Snappy are decoded here, a page each: of the packages in plain JavaScript one
 * takes damaged bytes for good ones, as its own list of things to do says, and the other goes on when a block is not as
 * long as it claims; the rest come with machine code. Nothing is packed here: our own records are small and few bytes
 * of them repeat.
 */
import { promisify } from 'node:util';
import { unzip, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { LogError } from '../../ports/log.ts';
import { unpackLz4 } from './lz4.ts';
import { unpackSnappy } from './snappy.ts';

/**
 * As much as a whole fetch brings when nothing is packed. Producers bound a batch by its unpacked bytes, at 1 MiB unless
 * told otherwise, and so do brokers where the topic has `compression.type=uncompressed`; elsewhere a megabyte of gzip
 * may hold a thousand, and the process would be gone.
 */
export const UNPACKED_BYTES_MAX = 16 * 1024 * 1024;

type Unpack = (packed: Buffer) => Buffer | Promise<Buffer>;

const LIMIT = { maxOutputLength: UNPACKED_BYTES_MAX };
const gunzipped = promisify<Buffer, typeof LIMIT, Buffer>(unzip);
const zstdUnpacked = promisify<Buffer, typeof LIMIT, Buffer>(zstdDecompress);

const UNPACK: Readonly<Record<string, readonly [kafkajs.CompressionTypes, Unpack]>> = {
  gzip: [kafkajs.CompressionTypes.GZIP, (packed) => gunzipped(packed, LIMIT)],
  snappy: [kafkajs.CompressionTypes.Snappy, (packed) => unpackSnappy(packed, UNPACKED_BYTES_MAX)],
  lz4: [kafkajs.CompressionTypes.LZ4, (packed) => unpackLz4(packed, UNPACKED_BYTES_MAX)],
  zstd: [kafkajs.CompressionTypes.ZSTD, (packed) => zstdUnpacked(packed, LIMIT)],
};

/** For all clients of the process: the library keeps one list. */
export function registerCodecs(): void {
  const codecs = kafkajs.CompressionCodecs as Record<kafkajs.CompressionTypes, () => object>;
  for (const [name, [type, unpack]] of Object.entries(UNPACK)) codecs[type] = () => codecOf(name, unpack);
}

function codecOf(name: string, unpack: Unpack): object {
  return {
    compress: () => Promise.reject(new Error(`${name}: nothing is packed here`)),
    decompress: async (packed: Buffer): Promise<Buffer> => {
      try {
        return await unpack(packed);
      } catch (error) {
        throw unreadable(name, error);
      }
    },
  };
}

/**
 * What is not to be retried ends the subscription at once; the library would try for ever, and tell nobody. Without a
 * cause, for the library hands on the innermost one instead of this.
 */
function unreadable(name: string, error: unknown): LogError {
  const reason = error instanceof Error ? error.message : 'unknown';
  return Object.assign(new LogError('refused', `a batch of ${name} cannot be unpacked: ${reason}`), { retriable: false });
}
