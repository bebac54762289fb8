/**
 * KAFKA_BROKERS: `host:port`, several separated by commas. Apart from connection.ts, for the configuration is checked
 * before the client library is loaded.
 */
const BROKER = /^[^:,\s]+:(\d{1,5})$/;
const PORT_MAX = 65_535;

/** Null when any of them is none. */
export function brokersOf(text: string): readonly string[] | null {
  const brokers = text.split(',').map((broker) => broker.trim());
  const areAll = brokers.every((broker) => {
    const port = Number(BROKER.exec(broker)?.[1] ?? 0);
    return port >= 1 && port <= PORT_MAX;
  });
  return areAll ? brokers : null;
}
