/** What the tasks of a milestone weigh together, and those of them that are DONE. */
export interface Weights {
  total: number;
  done: number;
}

/** Progress in percent, rounded down: only when all is done is it 100. Without tasks nothing is. */
export const progressOf = ({ total, done }: Weights): number => (total === 0 ? 0 : Math.floor((done * 100) / total));
