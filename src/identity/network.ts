/** The network that limits count: an IPv4 address, or the /64 of an IPv6 address, which belongs to one subscriber. */
export function networkOf(subject: string): string {
  if (!/^[0-9a-f:.]+$/i.test(subject) || !subject.includes(':')) return subject;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(subject);
  if (mapped) return mapped[1]!;
  const [head = '', tail] = subject.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const tailGroups = tail === '' ? 0 : tail.split(':').length;
    groups.push(...Array<string>(Math.max(0, 8 - groups.length - tailGroups)).fill('0'), ...tail.split(':'));
  }
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
