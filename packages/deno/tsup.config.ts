import { dualPackage } from "../../tools/tsup.ts";

export default dualPackage({ format: ["esm"], tsconfig: "tsconfig.build.json" });
