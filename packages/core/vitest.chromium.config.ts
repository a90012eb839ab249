import { chromiumTests } from "../../tools/vitest.ts";

export default await chromiumTests(["tests/vectors.test.ts"]);
