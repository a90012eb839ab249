import { dualPackage } from "../../tools/tsup.ts";

export default dualPackage({ entry: ["src/index.ts", "src/node.ts"], tsconfig: "tsconfig.node.json" });
