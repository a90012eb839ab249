import { test } from "vitest";
import { HOW_TO_GET_FIREFOX } from "./firefox.ts";

test.skip(`in Firefox: ${HOW_TO_GET_FIREFOX}`);
