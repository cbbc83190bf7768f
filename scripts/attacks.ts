/** Tries every known way to leak, with our rules and without, and writes what was seen to docs/attacks.md. As root. */
import { readFileSync, writeFileSync } from "node:fs";
import { breakers } from "../test/kernel/breakers/all.ts";
import { type Breaker, type Measured, measure, measureIptables } from "../test/kernel/breakers/breaker.ts";
import { withTables } from "./attacks-page.ts";

const page = new URL("../docs/attacks.md", import.meta.url);
const measured = new Map<Breaker, Measured>();
for (const breaker of breakers) {
  const found = { ...(await measure(breaker)), ...(await measureIptables(breaker)) };
  if (found.without === 0) throw new Error(`${breaker.name}: nothing leaks without our rules, so it shows nothing`);
  measured.set(breaker, found);
  console.log(JSON.stringify(found), breaker.name);
}
const date = new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
writeFileSync(page, withTables(readFileSync(page, "utf8"), date, measured));
