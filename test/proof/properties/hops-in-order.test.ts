import { test } from "vitest";
import { expectClean, home } from "../../checks/helper.ts";
import { mutants } from "../mutants/hops-in-order.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);

test("what an exemption forwards from anywhere is answered", () => {
  expectClean(home({ more: "allow forward from 192.168.50.0/24 to 203.0.113.0/24 tcp 443" }));
});
