/**
 * The registry's subjects as they are, held against our schemas. Nothing here alters anything.
 *
 * Source: contract, section 4: the subject of a topic's values is `<topic>-value`, its compatibility BACKWARD.
 */
import { COMPATIBILITY, type SubjectState, type Subjects } from '../registry/subjects.ts';
import { SCHEMAS, type SchemaName } from '../schemas/schemas.ts';
import { subjectName, TOPIC_NAMES } from '../topology/names.ts';
import { TOPICS, type TopicSpec } from '../topology/topics.ts';

export interface SubjectFinding {
  readonly subject: string;
  readonly schema: object;
  readonly state: SubjectState;
  /** Our schema can be registered, and is not. */
  readonly missing: boolean;
  /** In words; empty when it is right. */
  readonly differences: readonly string[];
  readonly commands: readonly string[];
}

/** @throws RegistryError */
export async function surveySubjects(subjects: Subjects, prefix: string): Promise<readonly SubjectFinding[]> {
  const findings: SubjectFinding[] = [];
  for (const topic of TOPIC_NAMES) {
    const { value }: TopicSpec = TOPICS[topic];
    if (value === null) continue;
    const subject = subjectName(prefix, topic);
    const schema = SCHEMAS[value as SchemaName];
    findings.push(findingOf(subject, schema, await subjects.stateOf(subject, schema)));
  }
  return findings;
}

function findingOf(subject: string, schema: object, state: SubjectState): SubjectFinding {
  const { compatibility, schemaId, fits } = state;
  const otherLevel = compatibility !== null && compatibility !== COMPATIBILITY;
  const missing = schemaId === null && fits && !otherLevel;
  return {
    subject, schema, state, missing,
    differences: [
      ...(missing ? [compatibility === null ? 'does not exist' : 'does not hold this version\'s schema yet'] : []),
      ...(fits ? [] : ['holds a schema whose records this version could not read']),
      ...(otherLevel ? [`has compatibility ${compatibility}, must have ${COMPATIBILITY}`] : []),
    ],
    commands: otherLevel
      ? [`curl -X PUT -H 'content-type: application/json' -d '{"compatibility":"${COMPATIBILITY}"}' "$SCHEMA_REGISTRY_URL/config/${subject}"`]
      : [],
  };
}
