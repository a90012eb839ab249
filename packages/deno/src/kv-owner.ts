/** Who an outbox is to the others that use its store, and what shows them that it lives. */
export interface KvOwner {
  /** Names it in the leases it takes. */
  readonly id: string;
  /** Ends it; what it still has leases on, others may take at once. */
  end(hasLeases: boolean): void;
}

/** Between the name of a store's file and an owner's id, in the name of the file that the owner locks. */
const MARK = "-owner-";

/**
 * Begins an owner. It holds the lock on a file of its own for as long as its process lives: the system ends that with the
 * process, however it dies. Where no such file can be had, which takes permission for the folder, it has none, and its
 * leases are left alone until they run out.
 *
 * @param path the store's file, without symbolic links; without one Deno does not say where the store is
 */
export function beginKvOwner(path: string | undefined): KvOwner {
  const locked = path === undefined || !mayUseFolderOf(path) ? undefined : lockNewFile(path);
  return {
    id: locked?.id ?? crypto.randomUUID(),
    end(hasLeases) {
      locked?.file.close();
      if (locked && !hasLeases) remove(locked.name);
    },
  };
}

/**
 * Frees what owners have leased that are dead: their files are there, and nobody holds the lock on them. An owner without
 * a file may live.
 *
 * @param own who looks
 * @param free frees all that an owner has leased
 * @throws whatever `free` throws; its owner is looked at again the next time
 */
export async function freeDeadOwners(
  path: string | undefined,
  own: string,
  free: (owner: string) => Promise<void>,
): Promise<void> {
  if (path === undefined || !mayUseFolderOf(path)) return;
  for (const id of ownersOf(path)) {
    if (id === own) continue;
    const name = path + MARK + id;
    const file = lock(name);
    if (file === undefined) continue;
    try {
      await free(id);
      remove(name); // While it is locked: an owner that is about to lock it finds it gone, and takes another.
    } finally {
      file.close();
    }
  }
}

function lockNewFile(path: string): { id: string; name: string; file: Deno.FsFile } | undefined {
  try {
    // Somebody may look at it, and delete it, before it is locked.
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const id = crypto.randomUUID();
      const name = path + MARK + id;
      Deno.openSync(name, { createNew: true, write: true, mode: 0o600 }).close();
      const file = lock(name);
      if (file && isThere(name)) return { id, name, file };
      file?.close();
      remove(name); // Where nothing can be locked, nobody else would.
    }
  } catch {
    // A disk that is full, or read-only.
  }
  return undefined;
}

/** Locks a file, unless somebody has, or it is gone. */
function lock(name: string): Deno.FsFile | undefined {
  let file: Deno.FsFile | undefined;
  try {
    file = Deno.openSync(name, { write: true });
    if (file.tryLockSync(true)) return file;
  } catch {
    // Or this Deno is older than 2.7 and has no `tryLockSync`, or the file system has no locks.
  }
  file?.close();
  return undefined;
}

function isThere(name: string): boolean {
  try {
    return Deno.statSync(name).isFile;
  } catch {
    return false;
  }
}

function remove(name: string): void {
  try {
    Deno.removeSync(name);
  } catch {
    // It is gone, or somebody looks at it, who deletes it then.
  }
}

function ownersOf(path: string): string[] {
  const prefix = path.slice(folderOf(path).length) + MARK;
  try {
    return [...Deno.readDirSync(folderOf(path))]
      .filter(({ name, isFile }) => isFile && name.startsWith(prefix))
      .map(({ name }) => name.slice(prefix.length))
      .filter((id) => /^[\da-f-]{36}$/.test(id));
  } catch {
    return [];
  }
}

/** Asks for nothing: a program that was started without the permission works without it. */
function mayUseFolderOf(path: string): boolean {
  const of = folderOf(path);
  return (["read", "write"] as const).every(
    (name) => Deno.permissions.querySync({ name, path: of }).state === "granted",
  );
}

/** With what parts it from the file. */
function folderOf(path: string): string {
  return path.replace(/[^/\\]*$/, "");
}
