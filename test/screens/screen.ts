import type { Sample } from '../../bench/data/sample.ts';

/** A screen that people open every day, as its client asks for it. */
export interface Screen {
  name: string;
  query: string;
  variables?: (sample: Sample) => Record<string, unknown>;
}

/** The variables of a screen about one object of the sample. */
export const project = ({ projects: [id] }: Sample) => ({ id: `Project:${id}` });
export const task = ({ tasks: [first] }: Sample) => ({ id: `Task:${first!.id}` });
export const person = ({ people: [id] }: Sample) => ({ id: `Profile:${id}` });
export const channel = ({ channels: [id] }: Sample) => ({ id: `Channel:${id}` });
