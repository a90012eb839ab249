/** The name of an event, and whether it takes one of its workspace's places. */
export interface EventName {
  /** Where it is known. */
  readonly workspace: string;
  /** In folded form: lower case, with `-` for `.` and `$`. */
  readonly name: string;
  /** Whether its place is free for another name. */
  readonly archived: boolean;
}

/** The event names of one workspace. */
export interface EventNames {
  /**
   * Gives the name a place. Known names keep working when the workspace is full (help article
   * 5245634); an archived one needs a place again. False: there is none.
   */
  activate(name: string): boolean;
  /** Frees the place of a name. False: no such name is active. */
  archive(name: string): boolean;
  /** Sets what a name is, whatever the limit. */
  put(name: string, archived: boolean): void;
  /** True for an active or archived name. */
  has(name: string): boolean;
  /** How many are active. */
  active(): number;
  list(): EventName[];
}

/** Creates an empty list of at most `limit` active names. `onChange` gets every name that was changed, and whether it is new. */
export function createEventNames(
  workspace: string,
  limit: number,
  onChange: (eventName: EventName, isNew: boolean) => void,
): EventNames {
  const archivedByName = new Map<string, boolean>();
  let active = 0;

  function put(name: string, archived: boolean): void {
    const known = archivedByName.get(name);
    const was = known ?? true;
    archivedByName.set(name, archived);
    active += Number(was) - Number(archived);
    onChange({ workspace, name, archived }, known === undefined);
  }

  return {
    activate(name) {
      if (archivedByName.get(name) === false) return true;
      if (active >= limit) return false;
      put(name, false);
      return true;
    },
    archive(name) {
      if (archivedByName.get(name) !== false) return false;
      put(name, true);
      return true;
    },
    put,
    has: (name) => archivedByName.has(name),
    active: () => active,
    list: () => [...archivedByName].map(([name, archived]) => ({ workspace, name, archived })),
  };
}
