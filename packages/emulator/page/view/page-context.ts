import { type Context, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session } from "../model/session.ts";
import type { Sights } from "../model/sights.ts";

/** What every part of the page may use. */
export interface PageValue {
  readonly session: Session;
  readonly sights: Sights;
}

/** Hands it down. */
export const Page: Context<PageValue | undefined> = createContext<PageValue | undefined>(undefined);

/** Gets it. @throws Error outside of `Page.Provider` */
export function usePage(): PageValue {
  const value = useContext(Page);
  if (!value) throw new Error("Cannot use the page: there is no Page.Provider");
  return value;
}
