import { dualPackage } from "../../tools/tsup.ts";

export default dualPackage();
