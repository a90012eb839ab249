/** Records a commit changes at most: each takes some keys, and a commit no more than 80 KiB of them. */
export const CHUNK = 50;
/** Bytes a commit adds in long texts. */
const CHUNK_BYTES = 300_000;

/** A list in slices of so many entries. */
export function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** A list in chunks that fit into a commit each, of so many entries at most. */
export function chunksOf<T>(list: readonly T[], most: number, charactersOf: (entry: T) => number): T[][] {
  const chunks: T[][] = [];
  let room = -1;
  for (const entry of list) {
    // Three bytes a character at most.
    const bytes = charactersOf(entry) * 3;
    if (bytes > room || chunks.at(-1)?.length === most) {
      chunks.push([]);
      room = CHUNK_BYTES;
    }
    chunks.at(-1)?.push(entry);
    room -= bytes;
  }
  return chunks;
}
