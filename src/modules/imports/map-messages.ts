import type { Adder, AddPerson, RecordParts } from './adders.ts';
import type { Cells } from './cells.ts';
import { required } from './map-tasks.ts';
import type { Mapping } from './mapping.ts';
import { markupReader } from './markup.ts';
import { checkPart, conditionOf, fieldsMaker, type Maker, partMaker, referenceMaker } from './part-maker.ts';
import { channelRecord, type MessageRecord, messageRecord } from './records.ts';
import { type Compilation, compileValue, elementsOf } from './value.ts';

type MessagePart = NonNullable<Mapping['message']>[number];
/** Makes a value from a row, and adds the people that the value names to the record. */
type RowMaker<T> = (cells: Cells, record: RecordParts) => T;

export function addMessages(mapping: Mapping, compilation: Compilation, addPerson: AddPerson): Adder | undefined {
  if (!mapping.message || !mapping.channel) return undefined;
  const channel = partMaker('channel', mapping.channel, channelRecord, compilation);
  const variants = mapping.message.map((part) => ({
    elements: elementsOf(part.each, compilation),
    applies: conditionOf(part.when, compilation),
    make: messageMaker(part, compilation, addPerson),
  }));
  return (cells, record) => {
    const messages: Omit<MessageRecord, 'channelReference'>[] = [];
    for (const { elements, applies, make } of variants) {
      for (const element of elements(cells)) if (applies(element)) messages.push(make(element, record));
    }
    if (messages.length === 0) return;
    record.channel = channel(cells);
    const { reference: channelReference } = record.channel;
    record.messages = messages.map((message) => ({ ...message, channelReference }));
  };
}

function messageMaker(
  { when: _, each: __, reference, author, markup, reactions, attachments, ...fields }: MessagePart,
  compilation: Compilation,
  addPerson: AddPerson,
): RowMaker<Omit<MessageRecord, 'channelReference'>> {
  const referenceOf = referenceMaker(reference, 'message.reference', compilation);
  const fieldsOf = fieldsMaker('message', fields, compilation);
  const authorOf = compileValue(author, 'message.author', compilation);
  const reactionsOf = reactions?.map((part) => reactionsMaker(part, compilation, addPerson));
  const attachmentsOf = attachments?.map((part) => attachmentsMaker(part, compilation));
  const read = markup && markupReader(markup.style, compilation.lookups.get(markup.people));
  return (cells, record) => {
    const made = fieldsOf(cells);
    const { text, people } =
      read && typeof made.content === 'string' ? read(made.content) : { text: made.content, people: [] };
    const message = checkPart('message', messageRecord, {
      ...made,
      reference: referenceOf(cells),
      content: text,
      ...(read && { mentionReferences: people.map((whom) => addPerson(record, cells, whom)) }),
      ...(reactionsOf && { reactions: reactionsOf.flatMap((make) => make(cells, record)) }),
      ...(attachmentsOf && { attachments: attachmentsOf.flatMap((make) => make(cells)) }),
    });
    return { ...message, authorReference: addPerson(record, cells, required(authorOf(cells), 'message.author')) };
  };
}

function reactionsMaker(
  { each, person, emoji }: NonNullable<MessagePart['reactions']>[number],
  compilation: Compilation,
  addPerson: AddPerson,
): RowMaker<object[]> {
  const elements = elementsOf(each, compilation);
  const personOf = compileValue(person, 'message.reactions.person', compilation);
  const emojiOf = compileValue(emoji, 'message.reactions.emoji', compilation);
  return (cells, record) =>
    elements(cells).map((element) => ({
      personReference: addPerson(record, element, required(personOf(element), 'message.reactions.person')),
      emoji: required(emojiOf(element), 'message.reactions.emoji'),
    }));
}

/** Skips attachments without a URL: they were deleted in the source. */
function attachmentsMaker(
  { each, ...fields }: NonNullable<MessagePart['attachments']>[number],
  compilation: Compilation,
): Maker<object[]> {
  const elements = elementsOf(each, compilation);
  const fieldsOf = fieldsMaker('message.attachments', fields, compilation);
  return (cells) =>
    elements(cells)
      .map(fieldsOf)
      .filter(({ url }) => url !== null);
}
