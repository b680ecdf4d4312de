import { NoticingViewer } from '../../access/noticing-viewer.ts';
import { Context, type GraphRequest } from '../../graphql/context.ts';
import { Fellows } from '../../graphql/fellows.ts';
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

/** The most people for whom one statement decides what they see. */
const mostTogether = 250;
/** How many operations are remembered whose frames differ from person to person. */
const mostPersonal = 1_000;

/**
 * Makes one frame for all people with the same rights who wait for it, if it is the same for them. Nobody has to say so
 * of an operation: it is read for one of them, with a viewer that notices whether anything personal is read of it, and
 * what is decided for each person (which objects it sees) is decided for all of them in the same snapshot.
 */
export class SharedFrames {
  readonly #gathering = new Map<string, Waiting[]>();
  readonly #personal = new Lru<true>(mostPersonal);

  /**
   * `group` names everything on which the frame depends, apart from the rows and the person; `operation` is its part
   * that stays the same from frame to frame. `read` must be equal for the whole group.
   */
  next(operation: string, group: string, request: GraphRequest, read: Read): Promise<Frame> {
    if (this.#personal.get(operation)) return read(request);
    const { viewer } = new Context(request);
    return new Promise((resolve) => {
      const waiting = { request, viewer, resolve };
      const others = this.#gathering.get(group);
      if (others) return void others.push(waiting);
      this.#gathering.set(group, [waiting]);
      // Those whom the same change has woken find out first that they wait for the same
      setImmediate(() => {
        const all = this.#gathering.get(group)!;
        this.#gathering.delete(group);
        for (let from = 0; from < all.length; from += mostTogether) {
          void this.#answer(operation, all.slice(from, from + mostTogether), read);
        }
      });
    });
  }

  async #answer(operation: string, all: readonly Waiting[], read: Read): Promise<void> {
    const [first, ...others] = all;
    if (others.length === 0) return first!.resolve(read(first!.request));
    const noticing = new NoticingViewer(first!.viewer);
    const fellows = new Fellows(all.map(({ viewer }) => viewer));
    const reading = read({ ...first!.request, viewer: noticing.viewer, account: noticing.viewer, fellows });
    first!.resolve(reading);
    const frame = await reading.catch(() => undefined);
    // An error may be of the first one alone
    if (frame === undefined || frame.result.errors) return readEach(others, read);
    if (noticing.isPersonal) {
      this.#personal.set(operation, true);
      return readEach(others, read);
    }
    const [alike, ...different] = fellows.groups.map((group) => group.map((n) => all[n]!));
    for (const { resolve } of alike!) resolve(frame);
    for (const group of different) void this.#answer(operation, group, read);
  }
}

function readEach(all: readonly Waiting[], read: Read): void {
  for (const { request, resolve } of all) resolve(read(request));
}
