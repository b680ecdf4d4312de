/** The total weight of a milestone's tasks, and the weight of those that are DONE. */
export interface Weights {
  total: number;
  done: number;
}

/** Progress in percent, rounded down, so that it is 100 only if everything is done. 0 without tasks. */
export const progressOf = ({ total, done }: Weights): number => (total === 0 ? 0 : Math.floor((done * 100) / total));
