/** Descriptions of the relay plugin's own types and fields, for client developers. */
export const relayDescriptions = {
  idFieldOptions: { description: 'The id of this object, unique across all types.' },
  nodeTypeOptions: { description: 'An object with an id, which `node` can fetch.' },
  pageInfoTypeOptions: { description: 'The position of a page in its connection.' },
  cursorFieldOptions: { description: 'The position of this edge; pass it to `after` or `before`.' },
  nodeFieldOptions: { description: 'The object at this position.' },
  edgesFieldOptions: { description: 'The objects of this page with their cursors.' },
  nodesFieldOptions: { description: 'The objects of this page.' },
  pageInfoFieldOptions: { description: 'The position of this page.' },
  hasNextPageFieldOptions: { description: 'Whether more objects follow this page, when paging forward.' },
  hasPreviousPageFieldOptions: { description: 'Whether more objects precede this page, when paging backward.' },
  startCursorFieldOptions: { description: 'The cursor of the first object; null on an empty page.' },
  endCursorFieldOptions: { description: 'The cursor of the last object; null on an empty page.' },
  beforeArgOptions: {
    description: 'Only objects before this cursor, which must come from the same list and ordering.',
  },
  afterArgOptions: { description: 'Only objects after this cursor, which must come from the same list and ordering.' },
  firstArgOptions: {
    description: 'The number of objects from the start: 0 to 100; 20 when neither first nor last is given.',
  },
  lastArgOptions: { description: 'The number of objects from the end: 0 to 100.' },
} as const;
