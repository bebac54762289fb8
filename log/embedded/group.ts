/**
 * A consumer group of one topic: its members share the partitions, dealt out anew whenever one comes or goes.
 *
 * As Kafka's eager protocol has it, every member gives up all it had and is assigned its share again, from a clean
 * slate: paused, until it says where to continue.
 */
export interface GroupMember {
  /** All that it had is another's now. */
  revoke(): void;
  assign(partitions: readonly number[]): void;
}

export class Group {
  readonly #partitions: number;
  readonly #members: GroupMember[] = [];
  /** Copies of positions, for lag tools. */
  readonly committed = new Map<number, number>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** In the order in which they joined. */
  get members(): readonly GroupMember[] {
    return this.#members;
  }

  join(member: GroupMember): void {
    this.#members.push(member);
    this.#deal();
  }

  leave(member: GroupMember): void {
    const index = this.#members.indexOf(member);
    if (index < 0) return;
    this.#members.splice(index, 1);
    this.#deal();
  }

  #deal(): void {
    const members = [...this.#members];
    for (const member of members) member.revoke();
    members.forEach((member, index) => {
      const share: number[] = [];
      for (let partition = index; partition < this.#partitions; partition += members.length) share.push(partition);
      member.assign(share);
    });
  }
}
