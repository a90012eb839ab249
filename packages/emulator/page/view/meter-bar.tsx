import type { JSX } from "preact";

interface MeterBarProps {
  readonly label: string;
  readonly value: number;
  readonly most: number;
}

/** How much of something is used up, as a bar. */
export function MeterBar({ label, value, most }: MeterBarProps): JSX.Element {
  const shown = Math.min(value, most);
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> looks different in each browser, and cannot move smoothly.
    <div
      class="gauge-bar"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={most}
      aria-valuenow={shown}
      aria-valuetext={`${value} of ${most}`}
    >
      <div class="gauge-fill" style={{ transform: `scaleX(${shown / most})` }} />
    </div>
  );
}
