/** Apicurio as a Confluent registry: 3.3.3 where Java allows, and the last that runs on Java 17 elsewhere. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import type { RegistryServer } from '../types.ts';
import { type Artifact, fetchArtifact } from './artifacts.ts';
import { type Java, requireJava } from './java.ts';
import { makeFolder, startProcess } from './process.ts';

const JAVA_OF_VERSION_3 = 21;
export const CONFLUENT_API = '/apis/ccompat/v7';

export function registryArtifact(java: Java): Artifact {
  const version = java.major >= JAVA_OF_VERSION_3 ? '3.3.3' : '2.6.13.Final';
  return { profile: 'registry', properties: { 'registry.version': version } };
}

/** Written at once: schema ids that are forgotten would be given again, to other schemas. */
export const storageIn = (folder: string): string => `jdbc:h2:file:${folder}/registry;WRITE_DELAY=0`;

export async function startLocalRegistry(): Promise<RegistryServer> {
  const java = requireJava();
  const application = await fetchArtifact(registryArtifact(java));
  const jar = (await readdir(application)).find((name) => name.endsWith('run.jar') || name.endsWith('runner.jar'));
  if (jar === undefined) throw new Error(`no quarkus-run.jar or *runner.jar in ${application}`);
  const port = await freePort();
  const folder = await makeFolder('registry');
  const url = `http://127.0.0.1:${port}${CONFLUENT_API}`;
  const server = await startProcess(
    {
      name: 'Apicurio',
      port,
      command: java.command,
      args: [
        ...['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
        ...['-Djava.util.logging.manager=org.jboss.logmanager.LogManager', '-jar', join(application, jar)],
      ],
      env: {
        QUARKUS_HTTP_HOST: '127.0.0.1',
        QUARKUS_HTTP_PORT: String(port),
        QUARKUS_MANAGEMENT_HOST: '127.0.0.1',
        QUARKUS_MANAGEMENT_PORT: String(await freePort()),
        APICURIO_DATASOURCE_URL: storageIn(folder.dataDir),
        REGISTRY_DATASOURCE_URL: storageIn(folder.dataDir), // its name in version 2
      },
      isReady: () => answers(`${url}/subjects`),
    },
    folder,
  );
  return { ...server, url };
}

/** Whether the URL answers 200 within a second. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
