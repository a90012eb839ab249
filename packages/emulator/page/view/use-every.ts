import { useEffect, useState } from "preact/hooks";

/** Draws the component again every so many milliseconds. */
export function useEvery(ms: number): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
