import { type ExecutionArgs, print } from 'graphql';
import type { SlotPool } from '../../src/db/slot-pool.ts';
import type { Outcome } from '../../src/graphql/compile/outcome.ts';
import type { Plans } from '../../src/graphql/compile/plans.ts';
import type { Authenticator } from '../../src/identity/authenticate.ts';
import { isViewer } from '../../src/identity/viewer.ts';
import type { AttackedServer } from '../../src/prove/target.ts';
import { defaultLimits, type OpenOptions, TenantBinding } from '../../src/tenancy/binding.ts';
import type { TenantDirectory } from '../../src/tenancy/directory.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { TenantSession } from '../../src/tenancy/tenant-session.ts';

type Access = 'read' | 'write';
type Lead = (tenant: Tenant, access: Access) => Partial<Tenant>;

/** A binding that leads a session in `every` astray. */
export class StrayBinding extends TenantBinding {
  readonly #lead: Lead;
  readonly #every: number;
  #opened = 0;

  constructor(pool: SlotPool, lead: Lead, every = 7) {
    super({ pools: { poolOf: () => pool } });
    this.#lead = lead;
    this.#every = every;
  }

  override open(tenant: Tenant, access: Access, options?: OpenOptions): TenantSession {
    const astray = ++this.#opened % this.#every === 0;
    return super.open(astray ? { ...tenant, ...this.#lead(tenant, access) } : tenant, access, options);
  }
}

/** A binding that sets the path and forgets the role. */
export class RolelessBinding extends TenantBinding {
  readonly #pool: SlotPool;

  constructor(pool: SlotPool) {
    super({ pools: { poolOf: () => pool } });
    this.#pool = pool;
  }

  override open(tenant: Tenant, access: Access): TenantSession {
    const { schemaName: key } = tenant;
    const scope = { key, searchPath: [key, 'extensions'], role: null, access, limits: defaultLimits.interactive };
    return new TenantSession(tenant, this.#pool, scope);
  }
}

/** Says of everybody that they belong to the organization that they name. */
export const trustingAuthenticator = (real: Authenticator): Authenticator =>
  ({
    read: (authorization) => real.read(authorization),
    organizationOf: async () => undefined,
    authenticate: async ({ tenant, ...request }) => {
      const who = await real.authenticate(request);
      return who && isViewer(who) && tenant ? { ...who, organizationId: tenant.id } : who;
    },
  }) satisfies Pick<Authenticator, 'read' | 'organizationOf' | 'authenticate'> as unknown as Authenticator;

/** Knows tenants by the first one that it met. */
export function stuckDirectory(real: TenantDirectory): TenantDirectory {
  let known: Tenant | undefined;
  const stuck = async (find: Promise<Tenant | undefined>) => (known ??= await find);
  return {
    findBySlug: (slug) => stuck(real.findBySlug(slug)),
    findById: (id) => stuck(real.findById(id)),
  } satisfies Pick<TenantDirectory, 'findBySlug' | 'findById'> as unknown as TenantDirectory;
}

/** Keeps answers by document and variables, and not by tenant. */
export function forgetfulPlans(real: Plans): Plans {
  const kept = new Map<string, Promise<Outcome>>();
  const answer: Plans['answer'] = (args, operation, context) => {
    const key = JSON.stringify([print(args.document), (args as ExecutionArgs).variableValues]);
    const made = kept.get(key) ?? real.answer(args, operation, context);
    kept.set(key, made);
    return made;
  };
  return { answer } satisfies Pick<Plans, 'answer'> as unknown as Plans;
}

/** Keeps answers by their Idempotency-Key alone, in front of all tenants. */
export function sharedRetries({ name, ask }: AttackedServer): AttackedServer {
  const kept = new Map<string, { text: string; status: number }>();
  return {
    name,
    async ask(request) {
      const key = request.headers.get('idempotency-key');
      const known = key === null ? undefined : kept.get(key);
      if (known) return new Response(known.text, known);
      const response = await ask(request);
      const text = await response.text();
      if (key !== null) kept.set(key, { text, status: response.status });
      return new Response(text, { status: response.status });
    },
  };
}

/** Takes every cursor for one of the order that is asked for. */
export const anyCursor = ({ name, ask }: AttackedServer): AttackedServer => ({
  name,
  async ask(request) {
    const { query, variables } = (await request.clone().json()) as { query: string; variables: { after?: string } };
    if (!query.includes('orderBy') || variables.after === undefined) return ask(request);
    const { url, method, headers } = request;
    return ask(new Request(url, { method, headers, body: JSON.stringify({ query }) }));
  },
});
