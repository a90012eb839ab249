/** Texts remembered at most, each of at most so many characters. */
const MAX_KEYS = 1000;
const MAX_LENGTH = 255;

/**
 * Remembers what is found out about a text. For names that a program has few of and uses often.
 *
 * @param find finds it out; must return the same each time
 */
export function memo<Value>(find: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const found = find(text);
    if (known.size >= MAX_KEYS) known.clear();
    if (text.length <= MAX_LENGTH) known.set(text, found);
    return found;
  };
}
