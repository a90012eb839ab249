/**
 * What checks metadata: a schema of any library that follows Standard Schema (https://standardschema.dev),
 * of whose interface this is the part that is used. Zod, Valibot and ArkType schemas fit.
 */
export interface MetadataSchema {
  /** The properties that such a library puts under this name. */
  readonly "~standard": {
    /** Of the interface. */
    readonly version: 1;
    /** The library. */
    readonly vendor: string;
    /** Returns the value to go on with, or what is wrong with the one given. */
    readonly validate: (value: unknown) => SchemaAnswer | Promise<SchemaAnswer>;
  };
}

/** What a schema returns. */
export interface SchemaAnswer {
  /** What is wrong, if anything is. */
  readonly issues?: readonly unknown[] | undefined;
  /** The value to go on with. */
  readonly value?: unknown;
}
