import { nodeTests } from "../../tools/vitest.ts";

export default nodeTests({ types: true, isolate: false });
