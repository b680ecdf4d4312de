import { TrackedViewer } from '../../access/tracked-viewer.ts';
import { Context, type GraphRequest } from '../../graphql/context.ts';
import { SharedDecisions } from '../../graphql/shared-decisions.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { Lru } from '../../lib/lru.ts';
import type { Frame } from './followed-changes.ts';

/** Reads the frame of a request. */
type Read = (request: GraphRequest) => Promise<Frame>;

interface Waiting {
  request: GraphRequest;
  viewer: Viewer;
  resolve(frame: Promise<Frame> | Frame): void;
}

/** The most viewers for whom one statement decides what they see. */
const mostTogether = 250;
/** The most operations remembered as personal. */
const mostPersonal = 1_000;

/**
 * Makes one frame for all viewers with the same rights who wait for it, if it is the same for them. Operations need no
 * annotation: the frame is read for one viewer, and it is tracked whether anything personal is read of that viewer.
 * What is decided for each person (which objects it sees) is decided for all of them in the same snapshot.
 */
export class SharedFrames {
  readonly #gathering = new Map<string, Waiting[]>();
  readonly #personal = new Lru<true>(mostPersonal);

  /**
   * `groupOfFrame` names everything on which the frame depends, apart from the rows and the person; `group` is its part
   * that stays the same from frame to frame. `read` must be equal for the whole group.
   */
  next(group: string, groupOfFrame: string, request: GraphRequest, read: Read): Promise<Frame> {
    if (this.#personal.get(group)) return read(request);
    const { viewer } = new Context(request);
    return new Promise((resolve) => {
      const waiting = { request, viewer, resolve };
      const others = this.#gathering.get(groupOfFrame);
      if (others) return void others.push(waiting);
      this.#gathering.set(groupOfFrame, [waiting]);
      // One turn of the event loop, in which all whom one change has woken join the group
      setImmediate(() => {
        const all = this.#gathering.get(groupOfFrame)!;
        this.#gathering.delete(groupOfFrame);
        for (let from = 0; from < all.length; from += mostTogether) {
          void this.#answer(group, all.slice(from, from + mostTogether), read);
        }
      });
    });
  }

  async #answer(group: string, all: readonly Waiting[], read: Read): Promise<void> {
    const [first] = all;
    if (all.length === 1) return readEach(all, read);
    const { viewer, tracked, decisions } = together(all);
    const request = { ...first!.request, viewer, account: viewer, decisions };
    const frame = await (async () => read(request))().catch(() => undefined);
    const [alike, ...different] = decisions.groups.map((positions) => positions.map((n) => all[n]!));
    if (frame && !frame.result.errors && !tracked.readPersonal) {
      for (const { resolve } of alike!) resolve(frame);
      for (const others of different) void this.#answer(group, others, read);
      return;
    }
    // An error may concern the first viewer alone, or come from reading for so many
    const isRefusal = frame?.result.errors?.every((error) => refusals.has(error.extensions?.code));
    if (!isRefusal) this.#personal.set(group, true);
    readEach(isRefusal ? alike! : all, read);
    if (isRefusal) for (const others of different) void this.#answer(group, others, read);
  }
}

/** Codes that say something of the viewer's objects and cursor, so that others may get an answer. */
const refusals: ReadonlySet<unknown> = new Set(['NOT_FOUND', 'CURSOR_EXPIRED', 'FORBIDDEN']);

function together(all: readonly Waiting[]) {
  const tracked = new TrackedViewer(all[0]!.viewer);
  return { tracked, viewer: tracked.viewer, decisions: new SharedDecisions(all.map(({ viewer }) => viewer)) };
}

function readEach(all: readonly Waiting[], read: Read): void {
  for (const { request, resolve } of all) resolve((async () => read(request))());
}
