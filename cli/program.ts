/**
 * `tornaconto`: one command a file; what they throw becomes an exit code here.
 */
import { Command, CommanderError } from 'commander';
import { FeedError } from '../feeds/feed-error.ts';
import { ProgrammeError } from '../programme/parse.ts';
import { ListenError } from '../service/http.ts';
import { ConfigError } from '../config/config-error.ts';
import { VERSION } from '../config/version.ts';
import { closeCommand } from './close.ts';
import { EXIT, UsageError } from './exit.ts';
import { exportCommand } from './export.ts';
import { generateCommand } from './generate.ts';
import { periodsCommand } from './periods.ts';
import { publishCommand } from './publish.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { statusCommand } from './status.ts';
import { topicsCommand } from './topics.ts';
import { topologyCommand } from './topology.ts';
import { verifyCommand } from './verify.ts';

const LINGER_MS = 2_000;
/** Which option a message of commander is about: nothing that was given stands before it. */
const OPTION = /^error: (?:required )?option '(-[^']*)'/;

const program = new Command('tornaconto')
  .description('Stream processor for a national cashback programme: every citizen\'s total right to the cent.')
  .version(VERSION)
  .exitOverride()
  // commander repeats a bad argument, which may be anything: the message is ours.
  .configureOutput({ writeErr: () => undefined });

for (const command of [
  replayCommand(), generateCommand(), topologyCommand(),
  topicsCommand(), publishCommand(), runCommand(), periodsCommand(), closeCommand(), verifyCommand(), exportCommand(), statusCommand(),
]) {
  program.addCommand(command.copyInheritedSettings(program));
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
// After an outage a client may leave a socket open: the command is over all the same.
setTimeout(() => { process.exit(); }, LINGER_MS).unref();

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    console.error(`tornaconto: ${usageOf(error)}. See: tornaconto --help`);
    return EXIT.usage;
  }
  if (error instanceof UsageError || error instanceof ProgrammeError || error instanceof ConfigError || error instanceof ListenError) {
    console.error(`tornaconto: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof FeedError) {
    console.error(`tornaconto: ${error.message}`);
    return error.code === 'file-unreadable' ? EXIT.usage : EXIT.fault;
  }
  // A server's fault: its message says which, a stack would only say where it was noticed.
  if (error instanceof Error && 'remedy' in error) {
    console.error(`tornaconto: ${error.message}`);
    return 'code' in error && error.code === 'other-rules' ? EXIT.usage : EXIT.fault; // the programme file is at odds with the log
  }
  if (isFileError(error)) {
    console.error(`tornaconto: ${error.path}: ${error.code}`);
    return EXIT.usage;
  }
  console.error(error instanceof Error ? error.stack : 'tornaconto: a fault that is not an error');
  return EXIT.fault;
}

/** A file or folder that the system would not open or make. */
function isFileError(error: unknown): error is Error & { path: string; code: string } {
  return error instanceof Error && 'syscall' in error && 'path' in error && typeof error.path === 'string' && 'code' in error;
}

/** What is allowed: commander puts it behind the value, which may say anything, this mark included. */
function reasonOf(message: string): string {
  const [, argument, reason] = /^[^]* is invalid(?: for argument '([^']*)')?\. ([^]*?)\.?$/.exec(message) ?? [];
  return reason === undefined ? 'not valid' : `${argument ?? OPTION.exec(message)?.[1] ?? 'an argument'}: ${reason}`;
}

/** What is wrong with the call, without the words that were given. */
function usageOf(error: CommanderError): string {
  const option = OPTION.exec(error.message)?.[1];
  switch (error.code) {
    case 'commander.unknownCommand': return 'there is no such command';
    case 'commander.unknownOption': return 'there is no such option';
    case 'commander.missingMandatoryOptionValue': return `${option ?? 'an option'} is missing`;
    case 'commander.optionMissingArgument': return `${option ?? 'an option'} needs a value`;
    case 'commander.missingArgument': return 'an argument is missing';
    case 'commander.excessArguments': return 'too many arguments';
    case 'commander.help': return 'a command is missing';
    case 'commander.invalidArgument': return reasonOf(error.message);
    default: return 'wrong use';
  }
}
