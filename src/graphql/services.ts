/** What the graph reaches outside the tenant's database; `app.ts` builds it, each room adds its own part. */
// biome-ignore lint/suspicious/noEmptyInterface: rooms merge their services into it
export interface Services {}
