import { mutants } from "../mutants/probes-open.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
