/** The processors that own partitions, by role. Close owns none: it is driven by the clock. */
import { Accrue } from '../processors/accrue.ts';
import type { Context } from '../processors/context.ts';
import { Enrol } from '../processors/enrol.ts';
import type { Processor } from '../processors/processor.ts';
import { Qualify } from '../processors/qualify.ts';
import type { Role } from '../topology/names.ts';

export type PartitionRole = Exclude<Role, 'close'>;
export const PARTITION_ROLES: readonly PartitionRole[] = ['enrol', 'qualify', 'accrue'];

export function makeProcessor(role: PartitionRole, context: Context): Processor {
  switch (role) {
    case 'enrol': return new Enrol(context);
    case 'qualify': return new Qualify(context);
    case 'accrue': return new Accrue(context);
  }
}
