import { loopback } from "../zones.ts";
import { type PlanStage, pass } from "./rule.ts";

/** What stays on this machine is nobody else's business. */
export const loopbackStage: PlanStage = () => [
  pass("loopback", "out", { outInterface: loopback }, "built-in-loopback"),
  pass("loopback", "in", { inInterface: loopback }, "built-in-loopback"),
];
