/**
 * What can go wrong with the registry. No message repeats a URL: it may hold a password.
 */

export const REGISTRY_ERROR_CODES = {
  /** It cannot be reached, is busy, or something that is no registry answered. Remedy: again, later. */
  unavailable: 'retry',
  /** It refuses the client's credentials or rights. */
  unauthorised: 'stop',
  /** The subject's latest schema wrote what ours cannot read, or the subject allows changes that could. */
  incompatible: 'stop',
  /** It refuses what was asked for, and will again. */
  refused: 'stop',
} as const;

export type RegistryErrorCode = keyof typeof REGISTRY_ERROR_CODES;

export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  readonly remedy: 'retry' | 'stop';

  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = REGISTRY_ERROR_CODES[code];
  }
}

/** Of an HTTP status that is no success; `spoke`: the body is a registry's own. */
export function codeOfStatus(status: number, spoke: boolean): RegistryErrorCode {
  if (status === 401 || status === 403) return 'unauthorised';
  // 408 and 429 mean "later"; what no registry has said, a proxy or a wrong path has.
  if (!spoke || status >= 500 || status === 408 || status === 429) return 'unavailable';
  return status === 409 ? 'incompatible' : 'refused';
}
