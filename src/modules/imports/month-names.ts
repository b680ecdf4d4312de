/** Names of each month in English, French and German, without accents. */
const names: readonly string[] = [
  'jan january janv janvier januar',
  'feb february fev fevr fevrier februar',
  'mar march mars mrz marz maerz',
  'apr april avr avril',
  'may mai',
  'jun june juin juni',
  'jul july juil juillet juli',
  'aug august aou aout',
  'sep sept september septembre',
  'oct october octobre okt oktober',
  'nov november novembre',
  'dec december decembre dez dezember',
];

const numbers = new Map(names.flatMap((all, index) => all.split(' ').map((name) => [name, index + 1] as const)));

/** The number of a month, 1 to 12, by its name or a common abbreviation; undefined for any other text. */
export const monthOfName = (text: string): number | undefined =>
  numbers.get(
    text
      .normalize('NFD')
      .replace(/[\p{M}.]/gu, '')
      .toLowerCase(),
  );
