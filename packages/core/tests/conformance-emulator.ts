/** The tokens of the emulator that {@link conformanceCases} run against. */
export const TOKENS = {
  full: "token-of-the-conformance-suite",
  readOnly: "token-that-reads",
  writeOnly: "token-that-writes",
} as const;

/** How that emulator is made: strict about tokens, easy about contacts unless a case says otherwise. */
export const CONFORMANCE_EMULATOR: {
  readonly tokens: readonly { token: string; scopes: ("read_events" | "write_events")[] }[];
  readonly eventNames: number;
} = {
  tokens: [
    { token: TOKENS.full, scopes: ["read_events", "write_events"] },
    { token: TOKENS.readOnly, scopes: ["read_events"] },
    { token: TOKENS.writeOnly, scopes: ["write_events"] },
  ],
  eventNames: 120,
};
