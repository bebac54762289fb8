/**
 * EVALSHA, its words put on the wire at once.
 *
 * A call has hundreds of keys, and ioredis measures and copies each word and its length by itself as soon as one word is
 * binary: 1 µs of CPU a transaction. Here all texts that follow one another are written by one call.
 */
import { Command } from 'ioredis';
import type { ScriptCall } from './script.ts';

export class ScriptCommand extends Command {
  constructor({ script, keyCount, words }: ScriptCall) {
    // No encoding: answers come as Buffers.
    super('evalsha', [script.sha, String(keyCount), ...words], { replyEncoding: null });
  }

  override toWritable(socket: object): string | Buffer {
    return encoded(this.name, this.args as (string | Buffer)[]) ?? super.toWritable(socket);
  }
}

/** A command in Redis' protocol; null when a text is not ASCII, whose length in bytes would have to be measured. */
export function encoded(name: string, args: readonly (string | Buffer)[]): Buffer | null {
  const texts: string[] = [];
  const blobs: Buffer[] = [];
  let text = `*${args.length + 1}\r\n$${name.length}\r\n${name}\r\n`;
  let length = 0;
  for (const arg of args) {
    text += `$${arg.length}\r\n`;
    if (typeof arg === 'string') {
      text += arg;
    } else {
      texts.push(text);
      blobs.push(arg);
      length += text.length + arg.length;
      text = '';
    }
    text += '\r\n';
  }
  texts.push(text);
  const bytes = Buffer.allocUnsafe(length + text.length);
  let at = 0;
  for (let i = 0; i < texts.length; i++) {
    const part = texts[i]!;
    if (Buffer.byteLength(part) !== part.length) return null;
    at += bytes.write(part, at, 'latin1');
    if (i < blobs.length) at += blobs[i]!.copy(bytes, at);
  }
  return bytes;
}
