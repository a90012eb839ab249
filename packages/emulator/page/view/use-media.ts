import { useEffect, useState } from "preact/hooks";

/** True while the media query holds. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const listen = (): void => setHolds(media.matches);
    media.addEventListener("change", listen);
    listen();
    return () => media.removeEventListener("change", listen);
  }, [query]);
  return holds;
}
