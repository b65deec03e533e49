/** What a warning is about, where it begins with a name. */
const SUBJECT = /^(`[^`]+`) (?=is |was )/;

/** Put warnings that say the same, perhaps of several names, into one line each; their order stays. */
export function merged(cautions: readonly string[]): string[] {
  const found = new Map<string, string[]>();
  for (const caution of cautions) {
    const subject = SUBJECT.exec(caution)?.[1] ?? '';
    const rest = subject ? caution.slice(subject.length) : caution;
    const subjects = found.get(rest) ?? [];
    if (subject && !subjects.includes(subject)) {
      subjects.push(subject);
    }
    found.set(rest, subjects);
  }
  return [...found].map(([rest, subjects]) =>
    subjects.length > 1
      ? enumerated(subjects) + plural(rest)
      : `${subjects[0] ?? ''}${rest}`
  );
}

function enumerated(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}

function plural(rest: string): string {
  return rest
    .replace(/^ is /, ' are ')
    .replace(/^ was /, ' were ')
    .replace(/\bits rows\b/, 'their rows');
}
