import type { JSX } from "preact";
import { ClockControls } from "./clock-controls.tsx";
import { FaultControls } from "./fault-controls.tsx";
import { ResetControls } from "./reset-controls.tsx";

/** What can be made to happen. */
export function ControlsPane(): JSX.Element {
  return (
    <div class="sheet controls">
      <FaultControls />
      <div>
        <ClockControls />
        <ResetControls />
      </div>
    </div>
  );
}
