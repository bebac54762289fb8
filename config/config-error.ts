/**
 * What is wrong with the environment, all of it at once. Remedy: mend the variables named (exit code 2).
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** Each names a variable and what it must be; never its value. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.length === 1
      ? `the configuration is not right: ${problems[0]!}`
      : `the configuration is not right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}
