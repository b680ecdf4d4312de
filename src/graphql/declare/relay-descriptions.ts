/** What the relay plugin's own types and fields are for, in words for client developers. */
export const relayDescriptions = {
  idFieldOptions: { description: 'The id of this object, unique over all types.' },
  nodeTypeOptions: { description: 'An object with an id, which `node` can find again.' },
  pageInfoTypeOptions: { description: 'Where a page stands in its connection.' },
  cursorFieldOptions: { description: 'The position of this edge; pass it to `after` or `before`.' },
  nodeFieldOptions: { description: 'The object at this position.' },
  edgesFieldOptions: { description: 'The objects of this page with their cursors.' },
  nodesFieldOptions: { description: 'The objects of this page.' },
  pageInfoFieldOptions: { description: 'Where this page stands.' },
  hasNextPageFieldOptions: { description: 'Whether more objects follow the page, when paging forward.' },
  hasPreviousPageFieldOptions: { description: 'Whether more objects stand before the page, when paging backward.' },
  startCursorFieldOptions: { description: 'The cursor of the first object; null on an empty page.' },
  endCursorFieldOptions: { description: 'The cursor of the last object; null on an empty page.' },
  beforeArgOptions: { description: 'Only objects before this cursor, which must come from the same ordering.' },
  afterArgOptions: { description: 'Only objects after this cursor, which must come from the same ordering.' },
  firstArgOptions: {
    description: 'How many objects from the start: 0 to 100, 20 when neither first nor last is given.',
  },
  lastArgOptions: { description: 'How many objects from the end: 0 to 100.' },
} as const;
