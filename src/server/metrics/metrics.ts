import type { ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Histogram, Gauge as PromGauge, Registry } from 'prom-client';
import type { OperationDone } from './operation-done.ts';
import { TenantMeter, type Timing, type Usage } from './tenant-meter.ts';

export interface MetricsOptions {
  /** How many tenants have their own series. */
  tenants: number;
}

/** A metric whose values are computed when the metrics are read. */
export interface Gauge {
  name: string;
  help: string;
  labels?: readonly string[];
  /** Counters only ever rise. */
  kind?: 'gauge' | 'counter';
  values(): Iterable<readonly [labels: Record<string, string>, value: number]>;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The metrics of a server process, in the text format of Prometheus. Labels come from closed sets, except the slugs of
 * a bounded number of tenants. No metric contains personal data.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #tenants: TenantMeter;
  readonly #requests: Histogram<'route' | 'status'>;
  readonly #operations: Counter<'kind' | 'compiled' | 'outcome'>;
  readonly #durations: Histogram<'kind' | 'compiled'>;
  readonly #waits: Histogram;

  constructor({ tenants }: MetricsOptions) {
    this.#tenants = new TenantMeter({ top: tenants });
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'chantier_http_request_duration_seconds',
      help: 'HTTP requests by path and class of the status',
      labelNames: ['route', 'status'],
      buckets: seconds,
      registers,
    });
    this.#operations = new Counter({
      name: 'chantier_operations_total',
      help: 'GraphQL operations by kind, whether plans answered, and OK or the code of the first error',
      labelNames: ['kind', 'compiled', 'outcome'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'chantier_operation_duration_seconds',
      help: 'GraphQL operations by kind and whether plans answered',
      labelNames: ['kind', 'compiled'],
      buckets: seconds,
      registers,
    });
    this.#waits = new Histogram({
      name: 'chantier_slot_wait_seconds',
      help: 'How long sessions waited for a connection, unless one was free',
      buckets: seconds,
      registers,
    });
    this.#ofTenants();
  }

  /** An operation has ended. */
  readonly operation = ({ kind, name, tenant, compiled, outcome, ms }: OperationDone): void => {
    const how = compiled ? 'true' : 'false';
    this.#operations.inc({ kind, compiled: how, outcome });
    this.#durations.observe({ kind, compiled: how }, ms / 1000);
    if (tenant) this.#tenants.operation(tenant, name, outcome !== 'OK', ms);
  };

  /** A session of a schema has released its connection. */
  readonly held = (schemaName: string, ms: number): void => this.#tenants.held(schemaName, ms);

  /** A session waited for a connection. */
  readonly waited = (ms: number): void => this.#waits.observe(ms / 1000);

  /** A request to a route, by its label, has begun. It is counted when its response closes. */
  readonly request = (route: string, response: ServerResponse): void => {
    const from = performance.now();
    response.once('close', () => {
      const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'gone';
      this.#requests.observe({ route, status }, (performance.now() - from) / 1000);
    });
  };

  /** Adds a metric that is computed when somebody reads it. */
  add({ name, help, labels = [], kind = 'gauge', values }: Gauge): void {
    const type = kind === 'counter' ? Counter : PromGauge;
    const metric: Counter | PromGauge = new type({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect() {
        metric.reset();
        for (const [labels, value] of values()) metric.inc(labels, value);
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The counts of one tenant since the process started; undefined if this process has not served it. */
  ofTenant(slug: string): { total: Usage; timings: Timing[] } | undefined {
    return this.#tenants.of(slug);
  }

  #ofTenants(): void {
    const add = (name: string, help: string, read: (usage: Usage) => number) =>
      this.add({
        name: `chantier_tenant_${name}`,
        help: `${help} of the recently busiest tenants; those of all others as "other"`,
        labels: ['tenant'],
        kind: 'counter',
        values: () => this.#tenants.series().map(([tenant, usage]) => [{ tenant }, read(usage)] as const),
      });
    add('operations_total', 'GraphQL operations', ({ operations }) => operations);
    add('errors_total', 'GraphQL operations with an error', ({ errors }) => errors);
    add('operation_seconds_total', 'Time of GraphQL operations', ({ ms }) => ms / 1000);
    add('database_seconds_total', 'Time that connections were held', ({ databaseMs }) => databaseMs / 1000);
  }
}
