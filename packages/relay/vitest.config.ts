import { nodeTests } from "../../tools/vitest.ts";

export default nodeTests({ isolate: false });
